"""Pages in a browser: FOLDER:PLOT,PLOT…, of many runs FOLDER:sweep; each must have these plots, and say nothing that it should not. Status 1 when one does."""
import sys
sys.dont_write_bytecode = True
from browser import Browser

# Every text's contrast with what is behind it, by WCAG 2: those below what is asked for.
CONTRAST = r'''
(() => {
    const parts = (text) => (text.match(/[\d.]+/g) || []).map(Number);
    const over = (front, back) => {
        const a = front.length > 3 ? front[3] : 1;
        return [0, 1, 2].map((i) => front[i] * a + back[i] * (1 - a));
    };
    const light = (c) => {
        const [r, g, b] = c.map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
        const all = [];
        for (let e = element; e; e = e.parentElement) {
            all.push(parts(getComputedStyle(e).backgroundColor));
        }
        return all.reverse().reduce((back, front) => front.length < 3 ? back : over(front, back), [255, 255, 255]);
    };
    const bad = new Set();
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const e = node.parentElement;
        const box = e.getBoundingClientRect();
        if (!node.data.trim() || box.width === 0 || e.closest('script, style, noscript, title, canvas')) {
            continue;
        }
        const style = getComputedStyle(e);
        const back = behind(e);
        const ink = over(parts(e instanceof SVGElement ? style.fill : style.color), back);
        const [a, b] = [light(ink), light(back)].sort((x, y) => y - x);
        const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
        if ((a + 0.05) / (b + 0.05) < (large ? 3 : 4.5)) {
            bad.add(e.tagName + '.' + (e.getAttribute('class') || '') + ' ' + ((a + 0.05) / (b + 0.05)).toFixed(2) + ' ' + node.data.slice(0, 30));
        }
    }
    return [...bad];
})()'''

# How many different colours are in each canvas, and how many of its points are drawn on.
CANVASES = r'''
[...document.querySelectorAll('canvas')].map((canvas) => {
    const copy = document.createElement('canvas');
    [copy.width, copy.height] = [canvas.width, canvas.height];
    const context = copy.getContext('2d', { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    const data = context.getImageData(0, 0, copy.width, copy.height).data;
    const colours = new Set();
    let drawn = 0;
    for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] !== 0) {
            drawn++;
            colours.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
        }
    }
    return { id: canvas.id, drawn, colours: colours.size };
})'''

UNNAMED = r'''
[...document.querySelectorAll('canvas, svg, img, [role=img], input, button')].filter((e) =>
    !(e.getAttribute('aria-label') || '').trim() && !(e.getAttribute('alt') || '').trim() && !e.textContent.trim()
    && !(e.labels && e.labels.length)).map((e) => e.outerHTML.slice(0, 80))'''

def check(page, ok, *what):
    if not ok:
        print(page.url, *what)
        faults.append(what)

# Figures whose picture is taller than they are: it would lie upon what comes next.
SPILT = r'''
[...document.querySelectorAll('figure')].filter((f) => [...f.children].some((e) => e.getBoundingClientRect().bottom > f.getBoundingClientRect().bottom + 1))
    .map((f) => f.textContent.slice(0, 40))'''

def sweeps(page):
    """The page of many runs: its plots are pictures of its own."""
    for scheme, width in (('light', 1200), ('dark', 1200), ('light', 390), ('dark', 390)):
        page.show(width, scheme=scheme)
        where = f'{scheme}, {width} px:'
        check(page, page.value('document.querySelectorAll("figure svg .median, figure svg .dot").length') > 0, where, 'no plots')
        check(page, page.value(SPILT) == [], where, 'figures overlap:', page.value(SPILT))
        for bad in page.value(CONTRAST):
            check(page, False, where, 'too little contrast:', bad)
        wide = page.value('document.scrollingElement.scrollWidth')
        check(page, wide <= width, where, 'the page is', wide, 'wide')
    check(page, page.value(UNNAMED) == [], 'without a name:', page.value(UNNAMED))
    check(page, page.complaints() == [], 'complaints:', page.complaints())
    check(page, set(page.requests()) == {page.url}, 'requests:', page.requests())

def looks(page, plots):
    for scheme, width in (('light', 1200), ('dark', 1200), ('light', 390), ('dark', 390)):
        page.show(width, scheme=scheme)
        where = f'{scheme}, {width} px:'
        canvases = page.value(CANVASES)
        check(page, {c['id'] for c in canvases} >= {'plot-' + p for p in plots}, where, 'plots', canvases)
        check(page, all(c['drawn'] > 500 and c['colours'] > 3 for c in canvases), where, 'blank', canvases)
        for bad in page.value(CONTRAST):
            check(page, False, where, 'too little contrast:', bad)
        check(page, page.value(SPILT) == [], where, 'figures overlap:', page.value(SPILT))
        wide = page.value('document.scrollingElement.scrollWidth')
        check(page, wide <= width, where, 'the page is', wide, 'wide')
        back = page.value('getComputedStyle(document.body).backgroundColor')
        check(page, (back == 'rgb(255, 255, 255)') == (scheme == 'light'), where, back)
    page.show(1000, scheme='dark', media='print')
    check(page, page.value('getComputedStyle(document.body).backgroundColor') == 'rgb(255, 255, 255)', 'printed on dark paper')
    check(page, page.value(CONTRAST) == [], 'printed with too little contrast:', page.value(CONTRAST))
    ink = page.value('Object.values(Chart.instances)[0].data.datasets[0].borderColor')
    check(page, ink == page.value('getComputedStyle(document.documentElement).getPropertyValue("--plot1")') == '#1f6fc0', 'plots are printed as on the dark screen:', ink)
    page.show(1200)
    check(page, page.value(UNNAMED) == [], 'without a name:', page.value(UNNAMED))

def opens(page):
    shut = 'document.querySelector("details.story:not([open]) > summary")'
    if page.value(f'!!{shut}'):
        page.value(f'window.one = {shut}; one.click()')
        check(page, page.value('one.parentElement.open && one.parentElement.querySelector("svg").getBoundingClientRect().height > 50'),
              'a ladder does not open')

def sorts(page):
    column = '[...document.querySelectorAll("table.sortable")].map((t) => [...t.tBodies[0].rows].filter((r) => !r.hidden).map((r) => r.cells[1].textContent))'
    click = 'document.querySelectorAll("table.sortable").forEach((t) => t.tHead.rows[0].cells[1].querySelector("button").click())'
    check(page, len(page.value(column)) == 2, 'tables to sort:', len(page.value(column)))
    for reverse in True, False:
        page.value(click)
        for cells in page.value(column):
            numbers = [int(cell) for cell in cells]
            check(page, numbers == sorted(numbers, reverse=reverse) and numbers, 'not sorted:', numbers)
    inputs = 'document.querySelectorAll(".filter input")'
    for _ in range(page.value(inputs + '.length') and 1):
        page.value(f'{inputs}[0].value = "alice"; {inputs}[0].dispatchEvent(new Event("input"))')
        shown = page.value('[...document.querySelectorAll("table.sortable")[0].tBodies[0].rows].filter((r) => !r.hidden).map((r) => r.cells[0].textContent)')
        check(page, all('alice' in name for name in shown), 'not filtered:', shown)

def tells(page):
    page.value('document.querySelector("g[data-row] .label").dispatchEvent(new MouseEvent("click", { bubbles: true }))')
    text = page.value('document.querySelector("dialog[open] pre")?.textContent')
    check(page, text is not None and text.startswith('INVITE sip:') and 'Call-ID' in text, 'no message on a click:', text)
    page.value('document.querySelector("dialog button").click()')
    check(page, page.value('document.querySelector("dialog[open]")') is None, 'the message stays')

def stays(page):
    check(page, page.complaints() == [], 'complaints:', page.complaints())
    check(page, set(page.requests()) == {page.url}, 'requests:', page.requests())
    page.value('''(() => { const s = document.createElement('script'); s.textContent = 'window.broken = 1';
        document.body.append(s); window.i = new Image(); i.src = 'http://127.0.0.1:9/x.png'; document.body.append(i); })()''')
    check(page, page.value('window.broken') is None, 'a script that was brought in runs')
    page.value('new Promise((done) => { if (i.complete) done(); else i.onerror = i.onload = done; })')
    check(page, page.blocked() == len([u for u in page.requests() if u.startswith('http')]), 'an image is asked for')

faults = []
browser = Browser()
try:
    for argument in sys.argv[1:]:
        folder, _, plots = argument.partition(':')
        browser.open(folder + '/report.html')
        if plots == 'sweep':
            sweeps(browser)
            continue
        looks(browser, plots.split(',') if plots else [])
        opens(browser)
        sorts(browser)
        if 'calls' in plots:
            tells(browser)
        stays(browser)
finally:
    browser.close()
sys.exit(len(faults) != 0)
