// SPDX-License-Identifier: Apache-2.0
// Finds text that is cut, hidden, overlapping or hard to read in every frame of the harness.
'use strict';

function channels(color) {
  const numbers = color.match(/[\d.]+/g).map(Number);
  return { rgb: numbers.slice(0, 3), alpha: numbers.length > 3 ? numbers[3] : 1 };
}

// Relative luminance and contrast, as WCAG 2 defines them.
function luminance(rgb) {
  const [r, g, b] = rgb.map(c => c / 255).map(c =>
      c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function background(view, element) {
  for (let e = element; e; e = e.parentElement) {
    const { rgb, alpha } = channels(view.getComputedStyle(e).backgroundColor);
    if (alpha === 1) {
      return rgb;
    }
  }
  return [255, 255, 255];
}

function touch(a, b) {
  return a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2
      && b.top < a.bottom - 2;
}

function measure(frame) {
  const view = frame.contentWindow;
  const page = frame.contentDocument;
  page.querySelectorAll('details').forEach(part => { part.open = true; });
  const width = Number.parseInt(frame.style.width, 10);
  const problems = [];
  if (view.innerWidth !== width) {
    problems.push('the frame is ' + view.innerWidth + ' wide');
  }
  if (page.documentElement.scrollWidth > view.innerWidth) {
    problems.push('the page is ' + page.documentElement.scrollWidth + ' wide');
  }
  for (const e of page.querySelectorAll('body *')) {
    if (!e.parentElement.closest('.scroll') && e.getBoundingClientRect().right > width + 0.5) {
      problems.push('<' + e.tagName + '> ends outside: ' + e.textContent.slice(0, 40));
    }
  }
  // The first column stays while the others scroll, so it has to leave room for them.
  for (const cell of page.querySelectorAll('.scroll tr > :first-child')) {
    const scroll = cell.closest('.scroll');
    if (scroll.scrollWidth > scroll.clientWidth && cell.offsetWidth > 0.75 * scroll.clientWidth) {
      problems.push('hides the other columns: ' + cell.textContent);
    }
  }
  for (const chart of page.querySelectorAll('svg')) {
    const frameOfChart = chart.getBoundingClientRect();
    const labels = [...chart.querySelectorAll('text')];
    const boxes = labels.map(label => label.getBoundingClientRect());
    boxes.forEach((box, i) => {
      if (box.left < frameOfChart.left - 0.5 || box.right > frameOfChart.right + 0.5
          || box.top < frameOfChart.top - 0.5 || box.bottom > frameOfChart.bottom + 0.5) {
        problems.push('outside of its chart: ' + labels[i].textContent);
      }
      for (let j = 0; j < i; j++) {
        if (touch(box, boxes[j])) {
          problems.push('overlap: ' + labels[i].textContent + ' and ' + labels[j].textContent);
        }
      }
    });
    // Markers and lines too.
    for (const path of chart.querySelectorAll('path')) {
      const box = path.getBoundingClientRect();
      if (box.left < frameOfChart.left - 0.5 || box.right > frameOfChart.right + 0.5
          || box.top < frameOfChart.top - 0.5 || box.bottom > frameOfChart.bottom + 0.5) {
        problems.push('a shape is outside of its chart: ' + path.getAttribute('class'));
      }
    }
  }
  let texts = 0;
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (walker.currentNode.textContent.trim() && !parent.closest('title')) {
      texts++;
      const style = view.getComputedStyle(parent);
      const { rgb } = channels(parent.closest('svg') ? style.fill : style.color);
      const found = contrast(rgb, background(view, parent));
      if (found < 4.5) {
        problems.push('contrast ' + found.toFixed(1) + ': ' + walker.currentNode.textContent);
      }
    }
  }
  for (const mark of page.querySelectorAll('.line, .bar, .dot, .ring, .chip')) {
    const found = contrast(channels(view.getComputedStyle(mark).color).rgb,
        background(view, mark.parentElement));
    if (found < 3) {
      problems.push('contrast ' + found.toFixed(1) + ' of ' + mark.getAttribute('class'));
    }
  }
  const dark = luminance(background(view, page.body)) < 0.2;
  return { dark, texts, problems: [...new Set(problems)] };
}

addEventListener('load', () => {
  const findings = {};
  for (const frame of document.querySelectorAll('iframe')) {
    findings[frame.title] = measure(frame);
  }
  document.body.replaceChildren();
  const result = document.createElement('pre');
  result.id = 'findings';
  result.textContent = btoa(unescape(encodeURIComponent(JSON.stringify(findings))));
  document.body.append(result);
});
