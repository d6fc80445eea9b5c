import { goods, merchant } from "./goods.js";

const $ = id => document.getElementById(id);
const money = cents => `${(cents / 100).toFixed(2)} ${merchant.currency}`;
const basket = [];
const most = 40;

// Which keys do what, and who listens, depends on where we are: each place makes both anew.
let keys = {};
let place = new AbortController();

function enterPlace() {
  place.abort();
  place = new AbortController();
  keys = {};
}

const on = (type, act) => vitrine.addEventListener(type, event => act(event.detail), { signal: place.signal });

const total = () => basket.reduce((sum, item) => sum + item.price, 0);

function draw() {
  const counts = goods.map(item => basket.filter(other => other === item).length);
  const lines = goods.flatMap((item, index) => counts[index] ? [line(item, counts[index])] : []);
  $("lines").replaceChildren(...(lines.length ? lines : [Object.assign(document.createElement("li"),
    { className: "empty", textContent: "Nothing yet" })]));
  $("total").textContent = money(total());
  $("checkout").disabled = !basket.length;
}

function line(item, count) {
  const row = document.createElement("li");
  const name = document.createElement("span"), price = document.createElement("span");
  name.textContent = count > 1 ? `${count} × ${item.name}` : item.name;
  price.textContent = (item.price * count / 100).toFixed(2);
  row.append(name, price);
  return row;
}

function add(index) {
  if (basket.length === most) return;
  basket.push(goods[index]);
  const card = $("goods").children[index];
  card.classList.add("hit");
  setTimeout(() => card.classList.remove("hit"), 180);
  draw();
}

function browse() {
  vitrine.enter("keys", "touch");
  enterPlace();
  $("till").hidden = true;
  $("basket").hidden = false;
  keys = {
    Enter: checkout,
    Backspace: () => { basket.pop(); draw(); },
    Escape: () => basket.length ? (basket.length = 0, draw()) : vitrine.finish({ result: "cancelled" }),
  };
  goods.forEach((_, index) => keys[index + 1] = () => add(index));
  draw();
}

const signs = {
  card: `<svg viewBox="0 0 64 48"><rect x="6" y="10" width="38" height="28" rx="4" fill="#fff"/><path d="M6 18h38" stroke="#4f2410" stroke-width="5"/>
    <path d="M48 16c4 5 4 11 0 16M53 12c6 7 6 17 0 24" fill="none" stroke="#ffd9a8" stroke-width="3" stroke-linecap="round"/></svg>`,
  wait: `<svg viewBox="0 0 64 48"><g fill="#ffd9a8"><circle cx="18" cy="24" r="5"/><circle cx="32" cy="24" r="5"/><circle cx="46" cy="24" r="5"/></g></svg>`,
  good: `<svg viewBox="0 0 48 48"><circle cx="24" cy="24" r="22" fill="#a9ebcf"/><path d="m14 25 7 7 13-15" fill="none" stroke="#0a5c42" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/></svg>`,
  bad: `<svg viewBox="0 0 48 48"><circle cx="24" cy="24" r="22" fill="#ffcdc7"/><path d="m16 16 16 16M32 16 16 32" stroke="#9c1c14" stroke-width="5" stroke-linecap="round"/></svg>`,
};

/** What the till shows: a sign, words, a line below, and buttons with their keys. */
function show(sign, words, more, choices = []) {
  $("basket").hidden = true;
  $("till").hidden = false;
  $("due").textContent = money(total());
  $("sign").innerHTML = sign;
  $("words").textContent = words;
  $("more").textContent = more;
  enterPlace();
  on("trouble", ({ text }) => $("more").textContent = text);
  $("choices").replaceChildren(...choices.map(({ text, key, name, act, isPlain }) => {
    const button = document.createElement("button");
    button.className = isPlain ? "plain" : "";
    button.textContent = text + " ";
    button.append(Object.assign(document.createElement("kbd"), { textContent: name }));
    button.onclick = act;
    keys[key] = act;
    return button;
  }));
}

const back = { text: "Back", key: "Escape", name: "Cancel", act: browse, isPlain: true };

function checkout() {
  if (!basket.length) return;
  const { account } = vitrine.request;
  // One number for what is in the basket now: a receipt has it.
  const bytes = crypto.getRandomValues(new Uint8Array(4));
  const identifier = "S-" + Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
  const invoice = { ...merchant, identifier, amount: total() };
  vitrine.enter("keys", "touch", "card");
  show(signs.card, "Hold your card to the reader", account ? `or pay with the account ${account.masked}` : "", [
    ...(account ? [{ text: "Pay", key: "Enter", name: "OK", act: () => pay({ invoice, source: "stored" }) }] : []), back,
  ]);
  on("card", () => pay({ invoice, source: "card" }));
}

async function pay(order) {
  vitrine.enter();
  show(signs.wait, "Asking the bank", "One moment");
  const answer = await vitrine.pay(order);
  if (answer.result === "approved") return leave(signs.good, "Thank you", `Paid. Reference ${answer.reference}`, answer);
  if (answer.result === "declined") return declined(answer.reason);
  if (answer.need === "pin") return askPIN(order);
  // A shop asks for nothing that would have to be typed here besides.
  leave(signs.bad, "The bank wants to know more", "Please pay with the wallet.",
    { result: "more", request: answer.need === "code" ? "one-time code" : "identification" });
}

function declined(reason) {
  vitrine.enter("keys", "touch");
  show(signs.bad, "Not paid", reason, [
    { text: "Again", key: "Enter", name: "OK", act: checkout },
    { ...back, text: "Leave", act: () => vitrine.finish({ result: "declined", reason }) },
  ]);
}

function askPIN(order) {
  vitrine.enter("pin");
  const dots = count => `<div class="digits">${Array.from({ length: Math.max(4, count) }, (_, i) =>
    `<i class="${i < count ? "on" : ""}"></i>`).join("")}</div>`;
  show(dots(0), "Your PIN", "On the keypad, then OK. This page never sees it.");
  on("pinprogress", ({ digits }) => $("sign").innerHTML = dots(digits));
  on("pin", () => pay(order));
  on("pintrouble", checkout);
}

function leave(sign, words, more, outcome) {
  vitrine.enter();
  show(sign, words, more);
  setTimeout(() => vitrine.finish(outcome), 1200);
}

document.addEventListener("keydown", event => {
  event.preventDefault();
  if (!event.repeat) keys[event.key]?.();
});
$("checkout").onclick = checkout;
$("goods").replaceChildren(...goods.map((item, index) => {
  const card = document.createElement("li");
  card.innerHTML = `${item.picture}<kbd>${index + 1}</kbd><p><span>${item.name}</span><span>${(item.price / 100).toFixed(2)}</span></p>`;
  card.onclick = () => keys[index + 1]?.();
  return card;
}));
browse();
