"use strict";
const form = document.getElementById("filters");
if (form) {
  const cards = [...document.querySelectorAll("article")].map((card) => ({ card, text: card.textContent.toLowerCase() }));
  const apply = () => {
    const data = new FormData(form);
    const severities = new Set(data.getAll("severity"));
    const rule = data.get("rule");
    const words = data.get("text").toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { card, text } of cards) {
      const passes = severities.has(card.dataset.severity) && (!rule || card.dataset.rule === rule) && words.every((word) => text.includes(word));
      card.hidden = !passes;
      shown += passes ? 1 : 0;
    }
    document.getElementById("shown").textContent = `${shown} of ${cards.length} secrets`;
    document.getElementById("none").hidden = shown > 0;
  };
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
}
