//! Dots that were likely meant as dots.

use regex_syntax::ast::Ast;

use super::parse_ast;

/// Whether there is an unescaped `.` between what look like labels, such as the first in
/// `https://app.example\.com`. It probably means a dot, but matches any character.
///
/// A dot in a class (`[.]`) is only a dot, and a repeated one (`.*`) is intended.
pub(crate) fn unescaped_dot(pattern: &str) -> bool {
    parse_ast(pattern).is_some_and(|ast| !unescaped_dots(&ast).is_empty())
}

/// The position of each such dot in the pattern.
pub(super) fn unescaped_dots(ast: &Ast) -> Vec<usize> {
    let mut dots = Vec::new();
    find(ast, &mut dots);
    dots
}

fn find(ast: &Ast, dots: &mut Vec<usize>) {
    match ast {
        Ast::Group(group) => find(&group.ast, dots),
        Ast::Repetition(repetition) => find(&repetition.ast, dots),
        Ast::Alternation(alternation) => alternation.asts.iter().for_each(|ast| find(ast, dots)),
        Ast::Concat(concat) => {
            for three in concat.asts.windows(3) {
                if let [before, Ast::Dot(dot), after] = three
                    && is_label(before, Edge::End)
                    && is_label(after, Edge::Start)
                {
                    dots.push(dot.start.offset);
                }
            }
            concat.asts.iter().for_each(|ast| find(ast, dots));
        }
        _ => {}
    }
}

#[derive(Clone, Copy)]
enum Edge {
    Start,
    End,
}

/// Whether `ast` looks like part of a label at that edge.
fn is_label(ast: &Ast, edge: Edge) -> bool {
    match ast {
        Ast::Literal(literal) => {
            literal.c.is_ascii_alphanumeric() || matches!(literal.c, '-' | '_')
        }
        Ast::ClassBracketed(_) | Ast::ClassPerl(_) => true,
        // `.*` and `.+` are labels. `.` alone is what we look for.
        Ast::Repetition(repetition) => {
            matches!(*repetition.ast, Ast::Dot(_)) || is_label(&repetition.ast, edge)
        }
        Ast::Group(group) => is_label(&group.ast, edge),
        Ast::Alternation(alternation) => alternation.asts.iter().any(|ast| is_label(ast, edge)),
        Ast::Concat(concat) => {
            let outermost = match edge {
                Edge::Start => concat.asts.first(),
                Edge::End => concat.asts.last(),
            };
            outermost.is_some_and(|ast| is_label(ast, edge))
        }
        _ => false,
    }
}
