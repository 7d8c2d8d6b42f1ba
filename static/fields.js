// The item form: fields that are asked for only sometimes, and the way from a missing part to its
// field. Without this script everything is shown, with a hint.
"use strict";

function chosen(form, name) {
  return form.querySelector(`[name="${name}"]:checked`)?.value;
}

// <div data-unless="origin" data-value="own"> is hidden while `origin` is `own`.
function showWhatIsAskedFor(form) {
  for (const part of form.querySelectorAll("[data-unless]")) {
    part.hidden = chosen(form, part.dataset.unless) === part.dataset.value;
  }
}

// To the field, wherever it stands and whatever hides it.
function goTo(name) {
  const field = document.getElementById(name);
  if (!field) return false;
  const hidden = field.closest("[hidden]");
  if (hidden) hidden.hidden = false;
  const editor = name === "body" && document.querySelector("#item-form .sun-editor-editable");
  const target =
    editor || (field.matches("input, select, textarea") ? field : field.querySelector("input")) || field;
  target.scrollIntoView({ block: "center" });
  target.focus({ preventScroll: true });
  return true;
}

const itemForm = document.getElementById("item-form");
if (itemForm) {
  document.documentElement.classList.add("scripted");
  showWhatIsAskedFor(itemForm);
  itemForm.addEventListener("change", () => showWhatIsAskedFor(itemForm));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-goto]");
    if (link && goTo(link.dataset.goto)) event.preventDefault();
  });
}
