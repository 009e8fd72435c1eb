// Shows how much of a field's maxlength is used: 128 / 600. Counts code points, as the server does.

const number = new Intl.NumberFormat(document.documentElement.lang, { numberingSystem: "latn" });

for (const field of document.querySelectorAll("[data-count][maxlength]")) {
  const shown = document.createElement("p");
  shown.className = "count num";
  shown.dir = "ltr";
  const show = () => {
    shown.textContent = `${number.format([...field.value].length)} / ${number.format(field.maxLength)}`;
  };
  field.after(shown);
  field.addEventListener("input", show);
  show();
}
