// Lets a library that writes style attributes live under a policy that forbids them: each is
// applied through the style object of its element, which the policy allows.
"use strict";
(() => {
  const ASKED = "data-style-asked";
  const TAG = /<[a-z](?:"[^"]*"|'[^']*'|[^>"'])*>/gi;
  const ATTRIBUTE = /("[^"]*"|'[^']*')|(\s)style(?=\s*=)/gi;

  const renamed = (html) =>
    /\sstyle\s*=/i.test(html)
      ? html.replace(TAG, (tag) =>
          tag.replace(ATTRIBUTE, (all, quoted, blank) => (quoted ? all : `${blank}${ASKED}`)),
        )
      : html;

  function apply(root) {
    for (const element of root.querySelectorAll(`[${ASKED}]`)) {
      element.style.cssText = element.getAttribute(ASKED);
      element.removeAttribute(ASKED);
    }
  }

  function patchSetter(name, rootOf) {
    const own = Object.getOwnPropertyDescriptor(Element.prototype, name);
    Object.defineProperty(Element.prototype, name, {
      ...own,
      set(html) {
        const text = String(html ?? "");
        const root = rootOf(this);
        const safe = renamed(text);
        own.set.call(this, safe);
        if (safe !== text && root) apply(root);
      },
    });
  }
  patchSetter("innerHTML", (element) => element.content ?? element);
  patchSetter("outerHTML", (element) => element.parentNode);

  const insert = Element.prototype.insertAdjacentHTML;
  Element.prototype.insertAdjacentHTML = function (place, html) {
    const text = String(html);
    const safe = renamed(text);
    insert.call(this, place, safe);
    if (safe !== text) apply(this.parentNode ?? this);
  };

  const parse = DOMParser.prototype.parseFromString;
  DOMParser.prototype.parseFromString = function (text, type) {
    if (type !== "text/html") return parse.call(this, text, type);
    const page = parse.call(this, renamed(String(text)), type);
    apply(page);
    return page;
  };

  const fragment = Range.prototype.createContextualFragment;
  Range.prototype.createContextualFragment = function (html) {
    const made = fragment.call(this, renamed(String(html)));
    apply(made);
    return made;
  };

  const set = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (name, value) {
    if (String(name).toLowerCase() === "style" && this.style) this.style.cssText = value;
    else set.call(this, name, value);
  };
})();
