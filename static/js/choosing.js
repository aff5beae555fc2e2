// Choosing pictures by their boxes in a form: a stretch with Shift, and how many there are.

// `show` is told the boxes that are chosen, now and at every change. Answers all boxes, and how to show them anew.
export function choosing(form, show) {
  const boxes = [...form.querySelectorAll('input[name="ids"]')];
  let last = null;
  const draw = () => show(boxes.filter((box) => box.checked));

  form.addEventListener("click", (event) => {
    const at = boxes.indexOf(event.target);
    if (at < 0) return;
    if (event.shiftKey && last !== null) {
      const [from, to] = [Math.min(at, last), Math.max(at, last)];
      for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
    }
    last = at;
    draw();
  });
  form.addEventListener("change", draw);
  addEventListener("pageshow", draw);
  draw();
  return { boxes, draw };
}
