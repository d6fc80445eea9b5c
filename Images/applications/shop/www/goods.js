// What there is to buy; prices in cents. The pictures are drawn on 64×48 units.
const cup = (fill, extra = "") => `<svg viewBox="0 0 64 48">
  <ellipse cx="31" cy="43" rx="22" ry="3" fill="#e6d6c3"/>
  <path d="M14 16h34l-3 20a6 6 0 0 1-6 5H23a6 6 0 0 1-6-5z" fill="#fff" stroke="#4f2410" stroke-width="2"/>
  <path d="M48 20h4a6 6 0 0 1 0 12h-5" fill="none" stroke="#4f2410" stroke-width="2"/>
  <path d="M16.5 20h29l-.6 4H17.1z" fill="${fill}"/>${extra}</svg>`;
const steam = `<path d="M25 12c-3-4 3-5 0-9M33 12c-3-4 3-5 0-9" fill="none" stroke="#b99a7c" stroke-width="2" stroke-linecap="round"/>`;

export const goods = [
  { name: "Espresso", price: 220, picture: cup("#4b2a16", steam) },
  { name: "Cappuccino", price: 340, picture: cup("#c99b6d", steam) },
  { name: "Tea", price: 280, picture: cup("#b3642a", `<path d="M40 17v14" stroke="#4f2410" stroke-width="1.5"/><rect x="37" y="31" width="6" height="7" rx="1" fill="#ffd9a8" stroke="#4f2410" stroke-width="1.5"/>`) },
  { name: "Croissant", price: 190, picture: `<svg viewBox="0 0 64 48">
    <ellipse cx="32" cy="42" rx="25" ry="3" fill="#e6d6c3"/>
    <path d="M6 36C8 18 20 8 32 8s24 10 26 28c-4 4-9 4-12 0-1-7-7-12-14-12s-13 5-14 12c-3 4-8 4-12 0z" fill="#e0a050" stroke="#7a3b1d" stroke-width="2" stroke-linejoin="round"/>
    <path d="M19 34 11 21M26 25 21 11M38 25l5-14M45 34l8-13" stroke="#7a3b1d" stroke-width="2" stroke-linecap="round"/></svg>` },
  { name: "Tart", price: 420, picture: `<svg viewBox="0 0 64 48">
    <ellipse cx="32" cy="42" rx="24" ry="3" fill="#e6d6c3"/>
    <path d="M9 24h46l-6 14a4 4 0 0 1-4 3H19a4 4 0 0 1-4-3z" fill="#d99a4e" stroke="#7a3b1d" stroke-width="2" stroke-linejoin="round"/>
    <path d="M22 26v13M32 26v14M42 26v13" stroke="#7a3b1d" stroke-width="1.5"/>
    <circle cx="20" cy="19" r="6" fill="#b3202c"/><circle cx="32" cy="16" r="7" fill="#c92f3a"/><circle cx="44" cy="19" r="6" fill="#b3202c"/>
    <path d="M32 9c1-4 4-5 7-5-1 4-3 6-7 5z" fill="#3f7d3a"/></svg>` },
  { name: "Water", price: 180, picture: `<svg viewBox="0 0 64 48">
    <ellipse cx="32" cy="44" rx="14" ry="2.5" fill="#e6d6c3"/>
    <path d="M28 3h8v6c0 3 5 4 5 9v22a3 3 0 0 1-3 3H26a3 3 0 0 1-3-3V18c0-5 5-6 5-9z" fill="#dff0f5" stroke="#2b6a80" stroke-width="2" stroke-linejoin="round"/>
    <rect x="23" y="22" width="18" height="10" fill="#8fcbdd"/><path d="M28 6h8" stroke="#2b6a80" stroke-width="2"/></svg>` },
];

export const merchant = { merchant: "Café Lumière", account: "FR7630006000011234567890189", currency: "EUR" };
