/** Has the colours of the viewer app. */
export const SETUP_STYLE = `
:root{color-scheme:light;--paper:#f5f3ee;--panel:#fffefb;--sunken:#e9e5db;--ink:#17191f;--quiet:#555a66;--line:#dcd7cb;--edge:#8a8779;--link:#1d4ed8;--live:#06603f;--live-tint:#d5f2e4;--step:#e9e5db;--busy:#7a4700;--busy-tint:#fdebc8}
@media (prefers-color-scheme:dark){:root{color-scheme:dark;--paper:#0b0e14;--panel:#12161f;--sunken:#171c27;--ink:#eef1f6;--quiet:#9aa4b5;--line:#222a38;--edge:#4b5566;--link:#93c5fd;--live:#5eead4;--live-tint:#0c2b28;--step:#2a3140;--busy:#fcd34d;--busy-tint:#33270a}}
*{box-sizing:border-box}
body{margin:0;overflow-wrap:anywhere;background:var(--paper);color:var(--ink);font:1.0625rem/1.5 system-ui,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:34rem;margin:0 auto;padding:max(1.5rem,env(safe-area-inset-top)) max(1.25rem,env(safe-area-inset-right)) max(2rem,env(safe-area-inset-bottom)) max(1.25rem,env(safe-area-inset-left))}
h1{margin:.5rem 0 .75rem;font-size:1.75rem;line-height:1.2;letter-spacing:-.01em;text-wrap:balance}
h2{margin:0;font-size:1.0625rem}
p{margin:0 0 1rem}
b{font-weight:650}
a{color:var(--link)}
.quiet{color:var(--quiet);font-size:.9375rem}
.button{display:flex;align-items:center;justify-content:center;gap:.6rem;width:100%;min-height:3.25rem;padding:.5rem 1.1rem;border:1px solid var(--edge);border-radius:.85rem;background:var(--panel);color:var(--ink);font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
.button.main{background:var(--ink);border-color:var(--ink);color:var(--paper)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.guide{margin:0 0 .75rem;border:1px solid var(--line);border-radius:1rem;background:var(--panel)}
.guide summary{display:flex;align-items:center;justify-content:space-between;min-height:3.25rem;padding:.5rem 1rem;cursor:pointer;list-style:none}
.guide summary::-webkit-details-marker{display:none}
.guide summary::after{content:"";flex:none;width:.55rem;height:.55rem;margin:0 .25rem;border:solid var(--quiet);border-width:0 2px 2px 0;transform:rotate(45deg) translate(-2px,-2px)}
.guide[open] summary::after{transform:rotate(-135deg) translate(-2px,-2px)}
ol{margin:0;padding:0 1rem 1rem;list-style:none;counter-reset:step}
ol li{position:relative;padding:.25rem 0 .75rem 2.6rem;counter-increment:step}
ol li:last-child{padding-bottom:0}
ol li::before{content:counter(step);position:absolute;left:0;top:.2rem;width:1.75rem;height:1.75rem;border-radius:50%;background:var(--step);font-weight:650;font-size:.9375rem;line-height:1.75rem;text-align:center}
.row{display:block;width:100%;max-width:22rem;margin:.6rem 0 .25rem}
.row rect{fill:var(--sunken);stroke:var(--line)}
.row text{fill:var(--ink);font:600 15px system-ui,sans-serif}
.row .on{fill:var(--live);stroke:none}
.row .knob{fill:var(--panel)}
.row .mark{fill:none;stroke:var(--panel);stroke-width:3;stroke-linecap:round;stroke-linejoin:round}
.row .sheet{fill:none;stroke:var(--live);stroke-width:2;stroke-linejoin:round}
.actions{display:grid;gap:.75rem;margin:1.25rem 0}
.look{margin:1rem 0 1.75rem;padding:1rem;border:1px solid var(--line);border-radius:1rem;background:var(--panel)}
.look h2{margin-bottom:.35rem}
.removal{margin:0;padding:.75rem 1rem 1rem;border-top:1px solid var(--line)}
.others{margin:2rem 0 .75rem;color:var(--quiet)}
.said{margin:0;padding:.75rem 1rem;border-radius:.85rem;background:var(--busy-tint);color:var(--busy)}
.said:empty{display:none}
.said.good{background:var(--live-tint);color:var(--live)}
.note{margin:0 0 1rem;padding:.75rem 1rem;border-radius:.85rem;background:var(--busy-tint);color:var(--busy)}
.about{margin:2rem 0 0;padding:1.25rem 0 0;border-top:1px solid var(--line)}
.about h2{margin:1.25rem 0 .35rem}
.about h2:first-child{margin-top:0}
code,pre{font:.9375rem/1.4 ui-monospace,'SF Mono','Cascadia Mono',Menlo,monospace;overflow-wrap:anywhere}
pre{margin:0 0 1rem;padding:.85rem 1rem;border-radius:.85rem;background:var(--sunken);white-space:pre-wrap}
ul{margin:0 0 1rem;padding-left:1.25rem}
ul li{margin:.25rem 0}
.wait{display:none;place-content:center;min-height:100vh;min-height:100dvh;margin:0;font-size:1.25rem;color:var(--quiet)}
.probing .wait{display:grid}
.probing main{display:none}
@media (prefers-reduced-motion:no-preference){.wait{animation:appear .3s .4s both}@keyframes appear{from{opacity:0}}}
`
