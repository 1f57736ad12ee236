/**
 * The look of the element: dark over the picture in every colour scheme. Adopted as a constructed sheet, which a strict
 * Content-Security-Policy without `unsafe-inline` allows.
 */
const CSS = `
:host{display:block;position:relative;overflow:hidden;aspect-ratio:16/9;background:#000;color:#fff;font:14px/1.45 system-ui,sans-serif;container-type:inline-size;touch-action:manipulation}
:host([hidden]){display:none}
:host(:fullscreen){aspect-ratio:auto;width:100%;height:100%}
:host(:focus-visible){outline:2px solid #6cf;outline-offset:-2px}
.screen,video,canvas{position:absolute;inset:0;width:100%;height:100%}
.screen{transform-origin:0 0}
.screen.zoomed{cursor:grab;touch-action:none}
video,canvas{object-fit:contain}
[hidden]{display:none!important}
.message{position:absolute;inset:0;display:flex;flex-direction:column;align-items:center;justify-content:center;gap:8px;padding:12px;text-align:center;background:#0009;overflow:auto}
.message p{margin:0;max-width:34em}
.spinner{width:24px;height:24px;border:3px solid #fff4;border-top-color:#fff;border-radius:50%;animation:turn 1s linear infinite}
@keyframes turn{to{transform:rotate(1turn)}}
@media (prefers-reduced-motion:reduce){.spinner{animation-duration:4s}}
button{font:inherit;color:inherit;background:none;border:0;border-radius:6px;padding:6px;cursor:pointer;min-width:36px;min-height:36px}
button:hover{background:#fff3}
button:focus-visible,input:focus-visible{outline:2px solid #6cf}
.message button,.chip{background:#fff;color:#111;padding:6px 14px}
.message button:hover,.chip:hover{background:#ddd}
.chip{position:absolute;top:8px;right:8px}
svg{display:block;width:22px;height:22px;margin:auto;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}
.bar{position:absolute;inset:auto 0 0;display:flex;align-items:center;gap:2px;padding:20px 6px 4px;background:linear-gradient(#0000,#000c);opacity:0;transition:opacity .2s}
:host(:hover) .bar,:host(:focus-within) .bar,:host(:focus) .bar,.bar.held{opacity:1}
@media (hover:none){.bar{opacity:1}}
.gap{flex:1}
.volume{width:72px;accent-color:#fff}
.record.on{color:#f55}
.record.on path{fill:currentColor}
.notice{position:absolute;left:8px;bottom:52px;margin:0;padding:2px 8px;border-radius:4px;background:#000a}
.stats{position:absolute;left:8px;top:8px;margin:0;padding:2px 8px;border-radius:4px;background:#000a;font-size:12px;font-variant-numeric:tabular-nums;pointer-events:none}
.stats span+span::before{content:' · '}
@container (max-width:420px){.volume,.pip{display:none}}
@container (max-width:300px){.figures,.still{display:none}}
`;

let sheet: CSSStyleSheet | null = null;

/** One sheet for all players of a page. */
export function playerSheet(): CSSStyleSheet {
  if (sheet === null) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
