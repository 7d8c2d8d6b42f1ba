// The text of an item: an editor over its textarea, which stays what is sent. Pictures are uploaded
// at once and stand in the text by their address; the server cleans what it is sent in any case.
"use strict";

(() => {
  const area = document.querySelector("#item-form [data-editor]");
  if (!area || !window.SUNEDITOR) return;

  const KEPT = new Set(
    ("P BR HR H2 H3 H4 STRONG EM U S SUB SUP BLOCKQUOTE UL OL LI TABLE CAPTION THEAD TBODY TFOOT TR " +
      "TH TD A IMG PRE CODE").split(" "),
  );
  const SAME_AS = { B: "strong", I: "em", STRIKE: "s", DEL: "s", H1: "h2", H5: "h4", H6: "h4" };
  const ATTRIBUTES = { A: ["href", "title"], IMG: ["src", "alt"], TD: ["colspan", "rowspan"], TH: ["colspan", "rowspan"] };
  const leftOut = document.getElementById("left-out");
  const read = (html) => new DOMParser().parseFromString(html, "text/html");
  const OWN = /\/items\/\d+\/files\/[0-9a-f]{8}\/rendition\b/;

  // Pictures on somebody's disk or on another site do not come along; that is told.
  function tellLeftOut(html) {
    const images = html.match(/<img\b[^>]*>/gi) ?? [];
    if (!images.every((tag) => OWN.test(tag))) leftOut.hidden = false;
  }

  // What was pasted, with its words and their structure only.
  function reduced(html) {
    const page = read(html);
    for (const element of [...page.body.querySelectorAll("*")].reverse()) reduce(element, page);
    return page.body.innerHTML;
  }

  function reduce(element, page) {
    if (element.tagName === "IMG" && !OWN.test(element.getAttribute("src") ?? "")) {
      element.remove();
    } else if (SAME_AS[element.tagName]) {
      const same = page.createElement(SAME_AS[element.tagName]);
      same.append(...element.childNodes);
      element.replaceWith(same);
    } else if (!KEPT.has(element.tagName)) {
      element.replaceWith(...element.childNodes);
    } else {
      const kept = ATTRIBUTES[element.tagName] ?? [];
      for (const { name } of [...element.attributes]) {
        if (!kept.includes(name)) element.removeAttribute(name);
      }
    }
  }

  // What the editor shows: plain words typed without it become paragraphs.
  function asHtml(text) {
    if (!text.trim() || /<[a-z]/i.test(text)) return text;
    const box = document.createElement("div");
    for (const line of text.split("\n").filter((one) => one.trim())) {
      box.append(Object.assign(document.createElement("p"), { textContent: line.trim() }));
    }
    return box.innerHTML;
  }

  function sync() {
    const html = editor.$.html.get();
    const words = read(html).body;
    const empty = !words.textContent.trim() && !words.querySelector("img, table, hr");
    const now = empty ? "" : html;
    if (now === area.value) return;
    area.value = now;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  async function addPictures(files, alt) {
    for (const file of files) {
      const address = await window.uploadPicture(file);
      if (!address) continue;
      editor.$.plugins.image.create(address, null, "", "", "none", file, alt || "", true);
    }
    sync();
  }

  const label = document.querySelector(`label[for="${area.id}"]`);
  const english = document.documentElement.lang === "en";
  const { image, table, link, hr, blockquote, list_bulleted, list_numbered, blockStyle } =
    window.SUNEDITOR.plugins ?? {};
  area.value = asHtml(area.value);
  const editor = window.SUNEDITOR.create(area, {
    plugins: { image, table, link, hr, blockquote, list_bulleted, list_numbered, blockStyle },
    lang: english ? window.SUNEDITOR_LANG.en : window.SUNEDITOR_LANG.zh_cn,
    buttonList: [
      ["undo", "redo"],
      ["blockStyle", "bold", "italic", "underline", "strike", "subscript", "superscript"],
      ["removeFormat", "list_bulleted", "list_numbered", "blockquote", "hr"],
      ["table", "link", "image"],
      ["showBlocks", "fullScreen"],
    ],
    height: "auto",
    minHeight: "22rem",
    defaultLine: "p",
    statusbar_showPathLabel: false,
    toolbar_sticky: 0,
    editableFrameAttributes: {
      role: "textbox",
      "aria-multiline": "true",
      "aria-label": label?.textContent ?? "",
      spellcheck: "false",
    },
    blockStyle: { items: ["p", "h2", "h3", "h4", "blockquote"] },
    image: {
      canResize: false,
      createFileInput: true,
      createUrlInput: false,
      useFormatType: false,
      allowMultiple: true,
      acceptedFormats: "image/png, image/jpeg",
      controls: [["copy", "remove"]],
    },
    events: {
      onChange: sync,
      onPaste: ({ data, event }) => {
        tellLeftOut(event.clipboardData?.getData("text/html") ?? "");
        return reduced(data);
      },
      onDrop: ({ data }) => reduced(data),
      onImageUploadBefore: ({ info }) => {
        addPictures([...(info.files ?? [])], info.alt);
        return false;
      },
    },
  });
  label?.addEventListener("click", (event) => {
    event.preventDefault();
    editor.$.focusManager.focus();
  });
  window.itemEditor = {
    editor,
    sync,
    write(text) {
      editor.$.html.set(asHtml(text));
      sync();
    },
  };
})();
