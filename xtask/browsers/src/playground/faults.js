// Returns what is hard to see on the page, one text for each fault.
const faults = [];

// Colors as [red, green, blue, alpha]
const parse = (color) => {
  const numbers = color.match(/[\d.]+/g).map(Number);
  return numbers.length < 4 ? [...numbers, 1] : numbers;
};
const over = (top, below) => below.map((value, index) => (index < 3 ? top[index] * top[3] + value * (1 - top[3]) : 1));
const behind = (element) => {
  if (!element) return parse(getComputedStyle(document.body).backgroundColor);
  const color = parse(getComputedStyle(element).backgroundColor);
  return color[3] === 1 ? color : over(color, behind(element.parentElement));
};
// WCAG 2.2, "relative luminance" and "contrast ratio"
const luminance = (color) => {
  const [red, green, blue] = color.map((value) => (value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (one, other) => {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};

const shown = (element) => element.getClientRects().length && !element.closest(".unseen, #lines, #frames, [aria-disabled=true]");
const named = (element) => `${element.tagName.toLowerCase()} ${element.id || element.className}: ${element.textContent.slice(0, 40)}`;

const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const element = texts.currentNode.parentElement;
  if (!texts.currentNode.data.trim() || !shown(element)) continue;
  const back = behind(element);
  const ratio = contrast(over(parse(getComputedStyle(element).color), back), back);
  if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)}: ${named(element)}`);
}

for (const element of document.querySelectorAll("header *, main *")) {
  if (!shown(element) || element.tagName === "SELECT") continue;
  if (element.clientWidth && element.scrollWidth > element.clientWidth + 1) faults.push(`runs out of its box: ${named(element)}`);
}
if (document.documentElement.scrollWidth > innerWidth) faults.push("the page scrolls sideways");

// The copy behind the policy wraps as the policy does.
const [policy, lines] = ["policy", "lines"].map((id) => document.getElementById(id));
if (policy.scrollHeight > policy.clientHeight) faults.push("the policy is cut off");
if (policy.clientHeight !== lines.clientHeight) faults.push("the policy and its line numbers differ in height");

for (const element of document.querySelectorAll("input, select, textarea, button")) {
  if (shown(element) && !element.labels?.length && !element.ariaLabel && !element.textContent.trim()) faults.push(`no name: ${named(element)}`);
}

// Two columns side by side end at the same place.
const bottom = (id) => Math.round(document.getElementById(id).closest("section").getBoundingClientRect().bottom);
if (innerWidth > 700 && bottom("policy") !== bottom("form")) faults.push("one column ends above the other");

return faults;
