//! The tests, in groups, and the list of them.

mod app;
mod ask;
mod first_allowing;
mod hooks;
mod preflight;
mod refusals;
mod requests;
mod responses;
mod select;
mod shadow;
mod swap;

/// Every test. One that is not listed is dead code, so that the compiler warns.
#[doc(hidden)]
#[macro_export]
macro_rules! each_test {
    ($($then:ident)::+ { $($given:tt)* }) => { $($then)::+! { { $($given)* }
        requests {
            each_gets_its_answer
        }
        preflight {
            it_never_reaches_auth_or_the_handler
            a_foreign_host_reaches_nothing
            preflight_status_is_the_policys
            preflight_continue_calls_the_handler
            conceal_tells_nothing
            forbid_does_not_call_the_handler
            private_network
            a_handler_sees_the_request_as_it_came
        }
        responses {
            whatever_made_it
            a_304_has_the_headers_of_its_200
            constant_answers_need_no_vary
            the_rest_is_untouched
            a_stream_stays_a_stream
            a_websocket_handshake
        }
        #[cfg(feature = "tracing")]
        refusals {
            one_event_for_each_refusal
        }
        first_allowing {
            the_origin_picks_the_policy
            a_question_counts_as_no
        }
        select {
            by_host
            by_path_query_and_method
            by_requested_method
            by_a_declared_header
            a_name_is_not_repeated_in_vary
            only_what_is_declared_is_seen
            none_leaves_the_response_alone
            vary_is_sound
        }
        swap {
            the_next_request_is_under_the_next_policy
            a_request_ends_under_the_policy_it_began_with
            no_answer_mixes_two
        }
        hooks {
            handlers_get_the_decision
            observers_see_every_decision_once
            hooks_change_nothing
            counts_are_exact_under_load
            a_request_given_up_is_counted_once
        }
        #[cfg(feature = "shadow")]
        shadow {
            what_a_browser_would_get_instead
            a_shadow_gets_the_same_answer
            reports_are_exact_under_load
        }
        ask {
            who_is_asked_about
            an_error_is_a_no
            an_inner_error_after_the_verdict
            forbid_waits_for_the_verdict_too
            the_handler_waits_for_the_verdict
            it_reads_the_headers_it_declared
            a_policy_of_one_origin_is_constant_no_longer
            a_question_that_nobody_answers_is_a_no
        }
    }};
}

macro_rules! public {
    ({} $($(#[$meta:meta])* $group:ident { $($test:ident)* })*) => {
        /// The tests, for the macro.
        #[allow(missing_docs, reason = "the tests themselves have docs")]
        pub mod run {
            $(pub mod $group {
                $(pub fn $test<A: $crate::Adapter>() {
                    $crate::tests::$group::$test::<A>();
                })*
            })*
        }
    };
}

each_test! { public {} }
