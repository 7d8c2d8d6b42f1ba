// What every office page does in the browser. Everything works without it.
"use strict";

const menu = document.getElementById("menu");
const narrow = window.matchMedia("(max-width: 767.98px)");

function foldMenu() {
  if (menu) menu.open = !narrow.matches;
}
narrow.addEventListener("change", foldMenu);
foldMenu();

// A small window that is open closes on Escape and when the click goes elsewhere.
function closeDrops(except) {
  for (const drop of document.querySelectorAll("details.drop[open]")) {
    if (drop !== except) drop.open = false;
  }
}
document.addEventListener("click", (event) => closeDrops(event.target.closest("details.drop")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const drop = document.querySelector("details.drop[open]");
  closeDrops();
  drop?.querySelector("summary").focus();
});

// <button data-ask="Really?"> and <form data-ask="Really?"> ask before they do it.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.ask || event.target.dataset.ask;
  if (question && !window.confirm(question)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, true);

// A form is sent once, however often the button is pressed. data-again: a form that fetches a file.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.hasAttribute("hx-post") || "again" in form.dataset) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) delete form.dataset.sent;
});

// <select data-send> sends its form when a choice is made; <button data-print> prints.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-send]")) event.target.form.requestSubmit();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// The first mistake of a form that came back is where the cursor goes.
document.querySelector(".field--wrong :is(input, select, textarea)")?.focus();

// The page as the public will read it stands there whole; without script it scrolls in its frame.
for (const frame of document.querySelectorAll(".shown__frame")) {
  const stretch = () => {
    const page = frame.contentDocument?.documentElement;
    if (!page) return;
    frame.classList.add("shown__frame--whole");
    frame.style.height = "0";
    frame.style.height = `${page.scrollHeight}px`;
  };
  frame.addEventListener("load", stretch);
  if (frame.contentDocument?.readyState === "complete") stretch();
  window.addEventListener("resize", stretch);
}
