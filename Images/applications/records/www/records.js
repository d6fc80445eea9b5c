// Shows `vitrine.request.data.records`: a JSON array of
//   { name, born, number, warning?, medicines: [[what, how]], visits: [[when, what]] }
// Foreign text: it is only ever set as text.

const $ = id => document.getElementById(id);
const made = (name, text, className = "") => Object.assign(document.createElement(name), { textContent: text, className });

function parsed() {
  try {
    const records = JSON.parse(vitrine.request.data.records ?? "[]");
    return Array.isArray(records) ? records.filter(record => typeof record?.name === "string") : [];
  } catch { return []; }
}

const records = parsed();
let here = 0;

function list(title, rows, className = "") {
  const section = made("section", "", className), lines = document.createElement("ul");
  for (const [left, right] of rows ?? []) {
    const line = document.createElement("li");
    line.append(made("span", left), made("span", right));
    lines.append(line);
  }
  section.append(made("h3", title), lines);
  return section;
}

function show() {
  [...$("people").children].forEach((row, index) => row.classList.toggle("here", index === here));
  $("people").children[here]?.scrollIntoView({ block: "nearest" });
  const record = records[here];
  if (!record) return $("file").replaceChildren(made("h2", "There are no records for you here."));
  const facts = made("p", "", "facts");
  facts.append(made("span", `Born ${record.born ?? "—"}`), made("span", `No. ${record.number ?? "—"}`));
  $("file").replaceChildren(made("h2", record.name), facts,
    ...(record.warning ? [made("p", record.warning, "warn")] : []),
    list("Medicines", record.medicines), list("Visits", record.visits, "visits"));
}

function move(to) {
  if (!records.length) return;
  here = (to + records.length) % records.length;
  show();
}

$("people").replaceChildren(...records.map((record, index) => {
  const row = document.createElement("li");
  row.append(made("b", index < 9 ? index + 1 : ""), made("span", record.name), made("small", record.born ?? ""));
  row.onclick = () => move(index);
  return row;
}));
const keys = {
  ArrowUp: () => move(here - 1), ArrowDown: () => move(here + 1), ArrowLeft: () => move(here - 1), ArrowRight: () => move(here + 1),
  Enter: () => move(here + 1), Escape: () => vitrine.finish({ result: "ended" }),
};
document.addEventListener("keydown", event => {
  event.preventDefault();
  if (/^[1-9]$/.test(event.key) && records[event.key - 1]) return move(event.key - 1);
  keys[event.key]?.();
});
vitrine.enter("keys", "touch");
show();
