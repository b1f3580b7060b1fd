// How the drawing is made bigger and moved.
const ZOOMS = [1, 1.5, 2, 3, 4, 6, 8];

// Bigger or smaller, and moved within its frame: by the buttons, by wheel with Ctrl, by drag or fingers, by keys.
function zoomBar() {
  const shown = el("output", { "aria-live": "polite" });
  let picture = null;
  const zoom = libraries
    .zoom()
    .scaleExtent([ZOOMS[0], ZOOMS.at(-1)])
    // the wheel alone scrolls the page, as does one finger while all of the drawing is in view
    .filter((event) =>
      event.type === "wheel"
        ? event.ctrlKey || event.metaKey
        : event.touches
          ? event.touches.length > 1 || scale() > 1
          : !event.button,
    )
    .on("zoom", ({ transform }) => {
      drawingState.zoom = transform;
      picture.node().querySelector(".viewport").setAttribute("transform", transform);
      picture.classed("zoomed", transform.k > 1);
      replaceChildren(shown, percentOf(transform.k));
    });
  const percentOf = (k) => Math.round(k * 100) + "%";
  const scale = () => drawingState.zoom?.k ?? 1;
  const to = (k) => zoom.scaleTo(picture, k);
  const step = (up) => {
    const next = up ? ZOOMS.find((z) => z > scale() + 0.01) : ZOOMS.findLast((z) => z < scale() - 0.01);
    to(next ?? scale());
  };
  const KEYS = {
    ArrowLeft: () => zoom.translateBy(picture, 80 / scale(), 0),
    ArrowRight: () => zoom.translateBy(picture, -80 / scale(), 0),
    ArrowUp: () => zoom.translateBy(picture, 0, 80 / scale()),
    ArrowDown: () => zoom.translateBy(picture, 0, -80 / scale()),
    "+": () => step(true),
    "-": () => step(false),
    0: () => to(1),
  };
  replaceChildren(shown, percentOf(scale()));
  const hold = (box) => {
    const node = box.querySelector(".canvas");
    const { x, y, width, height } = node.viewBox.baseVal;
    picture = libraries.select(node);
    zoom.translateExtent([
      [x, y],
      [x + width, y + height],
    ]);
    picture.call(zoom).on("dblclick.zoom", null);
    if (drawingState.zoom) zoom.transform(picture, drawingState.zoom);
    // a box that the keyboard comes to is brought into the frame
    node.addEventListener("focusin", ({ target }) => {
      if (scale() === 1) return;
      const [frame, at] = [node.getBoundingClientRect(), target.getBoundingClientRect()];
      if (at.left >= frame.left && at.right <= frame.right && at.top >= frame.top && at.bottom <= frame.bottom) return;
      const { x: left, y: top, width: wide, height: high } = target.getBBox();
      zoom.translateTo(picture, left + wide / 2, top + high / 2);
    });
    node.parentElement.addEventListener("keydown", (event) => {
      const arrow = event.key.startsWith("Arrow");
      if (event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key] || (arrow && scale() === 1)) return;
      event.preventDefault();
      KEYS[event.key]();
    });
  };
  const button = (label, name, act) => el("button", { type: "button", "aria-label": name, onclick: act }, label);
  const bar = el(
    "div",
    { class: "zooming", role: "group", "aria-label": t("zoom") },
    button("−", t("zoom_out"), () => step(false)),
    shown,
    button("+", t("zoom_in"), () => step(true)),
    button(t("zoom_fit"), null, () => to(1)),
  );
  return { bar, hold };
}
