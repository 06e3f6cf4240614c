/* The script of report.html: draws the plots from the data in the page, and makes long tables sort and filter. The page says
 * everything without it but the plots. It asks for nothing outside the page.
 */
'use strict';
(() => {
    const data = JSON.parse(document.getElementById('data').textContent);
    const byId = (id) => document.getElementById(id);

    /* ---- looks ---- */

    const styles = () => getComputedStyle(document.documentElement);
    const colour = (name) => styles().getPropertyValue('--' + name).trim();

    /* ---- time ---- */

    const seconds = (ns) => ns / 1e9;
    const width = seconds(data.width_ns);
    const count = data.series.packets.length;
    const unit = (() => {
        const whole = width * count;
        return whole > 7200 ? { name: 'h', of: 3600 } : whole > 0.5 ? { name: 's', of: 1 } : { name: 'ms', of: 0.001 };
    })();
    const at = (s) => s / unit.of;
    const rounded = (x) => Number(x.toPrecision(6)).toLocaleString('en');

    /* What is known of a bucket stands over the whole of it. */
    const steps = (values) => {
        const points = values.map((y, i) => ({ x: at(i * width), y }));
        points.push({ x: at(count * width), y: values[values.length - 1] });
        return points;
    };

    /* ---- the scenario's events, across the plots over time ---- */

    const marks = {
        id: 'marks',
        beforeDatasetsDraw(chart) {
            const { ctx, chartArea: area, scales: { x } } = chart;
            ctx.save();
            ctx.strokeStyle = colour('again');
            ctx.fillStyle = colour('again');
            for (const mark of data.marks) {
                const from = x.getPixelForValue(at(seconds(mark.at_ns)));
                if (from < area.left - 1 || from > area.right + 1) {
                    continue;
                }
                if (mark.until_ns !== null) {
                    const until = Math.min(area.right, x.getPixelForValue(at(seconds(mark.until_ns))));
                    ctx.globalAlpha = 0.12;
                    ctx.fillRect(from, area.top, Math.max(1, until - from), area.bottom - area.top);
                    ctx.globalAlpha = 1;
                }
                ctx.setLineDash([4, 3]);
                ctx.beginPath();
                ctx.moveTo(from, area.top);
                ctx.lineTo(from, area.bottom);
                ctx.stroke();
            }
            ctx.restore();
        },
        /* Their words on top, as far as they do not meet. */
        afterDraw(chart) {
            const { ctx, chartArea: area, scales: { x } } = chart;
            let free = [area.left, area.left];
            ctx.save();
            ctx.fillStyle = colour('again');
            ctx.font = '12px ' + Chart.defaults.font.family;
            ctx.textBaseline = 'top';
            for (const mark of data.marks) {
                const from = x.getPixelForValue(at(seconds(mark.at_ns)));
                const long = ctx.measureText(mark.text).width;
                const left = Math.max(area.left, Math.min(from + 3, area.right - long));
                const row = free.findIndex((used) => left >= used);
                if (from < area.left - 1 || from > area.right + 1 || row < 0 || long > area.width) {
                    continue;
                }
                free[row] = left + long + 8;
                ctx.fillText(mark.text, left, area.top - 34 + row * 15);
            }
            ctx.restore();
        },
    };

    /* ---- plots ---- */

    const rate = (name) => data.series[name].map((n) => n / width);
    const plain = (name) => data.series[name];
    const overTime = [
        { id: 'calls', what: 'calls per second', of: rate, lines: [
            ['calls_placed', 'placed (offered load)', 'plot1'], ['calls_answered', 'answered (goodput)', 'plot2'],
            ['calls_ended', 'ended in order', 'plot3'], ['calls_rejected', 'rejected', 'plot5'],
            ['calls_failed', 'failed', 'plot4'], ['calls_cancelled', 'given up', 'plot6']] },
        { id: 'registrations', what: 'registrations per second', of: rate, lines: [
            ['registrations', 'accepted', 'plot2'], ['registrations_failed', 'not accepted', 'plot4']] },
        { id: 'messages', what: 'messages per second', of: rate, lines: [
            ['messages_sent', 'sent (load)', 'plot1'], ['messages_received', 'received (goodput)', 'plot2'],
            ['retransmits', 'of those sent: again', 'plot5'], ['refused', 'refused', 'plot4']] },
        { id: 'losses', what: 'packets per second', of: rate, lines: [
            ['lost', 'lost on links', 'plot4'], ['queue_full', 'queue full', 'plot5'],
            ['dropped_otherwise', 'dropped otherwise', 'plot6']] },
        { id: 'alive', what: 'the most at once', of: plain, lines: [
            ['transactions', 'transactions', 'plot1'], ['dialogs', 'dialogs', 'plot3']] },
        { id: 'queues', what: 'the most at once', of: plain, lines: [
            ['packets_under_way', 'packets on links', 'plot1'], ['queue_length', 'messages waiting at one proxy', 'plot4']] },
    ];

    const charts = [];

    const axis = (title) => ({
        title: { display: true, text: title, color: colour('faint') },
        ticks: { color: colour('faint'), maxRotation: 0 },
        grid: { color: colour('line') },
        border: { color: colour('line') },
    });

    const base = (x, y) => ({
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        interaction: { mode: 'index', intersect: false },
        scales: { x: axis(x), y: { ...axis(y), beginAtZero: true } },
        plugins: { legend: { position: 'bottom', labels: { color: colour('ink'), boxWidth: 14, boxHeight: 3 } } },
    });

    const draw = (id, config) => charts.push(new Chart(byId('plot-' + id), config));

    const drawOverTime = (plot) => {
        const shown = plot.lines.filter(([name]) => data.series[name].some((n) => n !== 0));
        if (!byId('plot-' + plot.id)) {
            return;
        }
        const options = base(unit.name + ' of virtual time', plot.what);
        options.scales.x = { ...options.scales.x, type: 'linear', min: 0, max: at(count * width) };
        options.layout = { padding: { top: data.marks.length === 0 ? 0 : 36 } };
        options.plugins.tooltip = { callbacks: {
            title: (items) => 'from ' + rounded(items[0].parsed.x) + ' ' + unit.name,
            label: (item) => item.dataset.label + ': ' + rounded(item.parsed.y),
        } };
        draw(plot.id, {
            type: 'line',
            data: { datasets: shown.map(([name, label, ink]) => ({
                label, data: steps(plot.of(name)), borderColor: colour(ink), backgroundColor: colour(ink),
                borderWidth: 1.5, pointRadius: 0, stepped: true,
            })) },
            options,
            plugins: [marks],
        });
    };

    /* A length on an axis: what is exact is in results.json. */
    const brief = (ns) => ns < 1e9 ? Number((ns / 1e6).toPrecision(3)) + ' ms' : Number((ns / 1e9).toPrecision(3)) + ' s';

    /* Bars from the first bucket of any to the last, empty ones too. */
    const drawHistogram = (id, kinds) => {
        if (!byId('plot-' + id)) {
            return;
        }
        const shown = kinds.filter(([name]) => data.histograms[name].length !== 0);
        const places = shown.flatMap(([name]) => data.histograms[name].map(([place]) => place));
        const first = Math.min(...places), last = Math.max(...places);
        const ends = new Map(shown.flatMap(([name]) => data.histograms[name].map(([place, end]) => [place, end])));
        const all = Array.from({ length: last - first + 1 }, (_, i) => first + i);
        const options = base('within', 'how many');
        options.scales.x.grid.display = false;
        draw(id, {
            type: 'bar',
            data: {
                labels: all.map((place) => ends.has(place) ? brief(ends.get(place)) : ''),
                datasets: shown.map(([name, label, ink]) => {
                    const counts = new Map(data.histograms[name].map(([place, , n]) => [place, n]));
                    return { label, data: all.map((place) => counts.get(place) || 0), backgroundColor: colour(ink) };
                }),
            },
            options,
        });
    };

    const drawTimers = () => {
        if (!byId('plot-timers')) {
            return;
        }
        const options = base('timer', 'how often');
        options.scales.y.type = 'logarithmic';
        options.scales.y.beginAtZero = false;
        options.scales.y.min = 0.5;
        options.scales.y.ticks.callback = (n) => Number.isInteger(Math.log10(n)) ? rounded(n) : '';
        options.scales.x.grid.display = false;
        Object.assign(options.scales.x.ticks, { autoSkip: false, maxRotation: 90 }); /* each is looked for */
        draw('timers', {
            type: 'bar',
            data: {
                labels: data.timers.map(([letter]) => letter),
                datasets: [
                    { label: 'fired', data: data.timers.map(([, fired]) => fired), backgroundColor: colour('plot1') },
                    { label: 'messages sent again', data: data.timers.map(([, , again]) => again), backgroundColor: colour('plot5') },
                ],
            },
            options,
        });
    };

    const drawAll = () => {
        charts.splice(0).forEach((chart) => chart.destroy());
        Chart.defaults.font.family = styles().fontFamily;
        overTime.forEach(drawOverTime);
        drawHistogram('setup', [['srd_ok', 'to the first status, answered (SRD)', 'plot1'],
            ['srd_fail', 'to the first status, failed (SRD)', 'plot4'], ['pdd', 'to the first 18x (PDD)', 'plot2'],
            ['setup_to_ack', 'to the ACK', 'plot3']]);
        drawHistogram('copies', [['resend_after', 'messages sent again', 'plot5']]);
        drawTimers();
    };

    /* ---- tables ---- */

    const number = (text) => text === '-' ? -1 : parseFloat(text.replace(/[^0-9.\-]/g, ''));

    const sortBy = (table, column) => {
        const head = table.tHead.rows[0].cells[column];
        const isNumber = head.classList.contains('number');
        const down = head.getAttribute('aria-sort') === 'descending' ? false
            : head.getAttribute('aria-sort') === 'ascending' ? true : isNumber;
        const text = (row) => row.cells[column].textContent;
        const compare = isNumber ? (a, b) => number(text(a)) - number(text(b))
            : (a, b) => text(a).localeCompare(text(b), 'en', { numeric: true });
        const rows = [...table.tBodies[0].rows].sort((a, b) => down ? compare(b, a) : compare(a, b));
        for (const cell of table.tHead.rows[0].cells) {
            cell.removeAttribute('aria-sort');
        }
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        table.tBodies[0].append(...rows);
    };

    const filterOf = (table) => {
        const label = document.createElement('label'), input = document.createElement('input');
        const left = document.createElement('span');
        label.className = 'filter';
        input.type = 'search';
        label.append('only rows with', input, left);
        const rows = [...table.tBodies[0].rows];
        const words = rows.map((row) => row.cells[0].textContent.toLowerCase());
        input.addEventListener('input', () => {
            const wanted = input.value.toLowerCase();
            rows.forEach((row, i) => { row.hidden = !words[i].includes(wanted); });
            left.textContent = rows.filter((row) => !row.hidden).length + ' of ' + rows.length;
        });
        return label;
    };

    for (const table of document.querySelectorAll('table.sortable')) {
        [...table.tHead.rows[0].cells].forEach((cell, column) => {
            const button = document.createElement('button');
            button.append(...cell.childNodes);
            button.addEventListener('click', () => sortBy(table, column));
            cell.append(button);
        });
        if (table.tBodies[0].rows.length > 8) {
            table.parentElement.before(filterOf(table));
            table.parentElement.classList.add('long');
        }
    }

    /* ---- messages ---- */

    const dialog = document.createElement('dialog');
    const title = document.createElement('h3'), text = document.createElement('pre'), close = document.createElement('button');
    close.textContent = 'Close';
    close.addEventListener('click', () => dialog.close());
    dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
    dialog.append(title, text, close);
    document.body.append(dialog);
    document.addEventListener('click', (event) => {
        const row = event.target.closest('g[data-row]');
        const own = row && row.closest('.story').querySelector('details[data-row="' + row.dataset.row + '"] pre');
        if (own) {
            title.textContent = row.querySelector('title').textContent;
            text.textContent = own.textContent;
            dialog.showModal();
        }
    });

    drawAll();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
    matchMedia('print').addEventListener('change', drawAll);
})();
