/* netem: a string of `tc netem`, word for word, laid over a link's parameters: "delay 40ms 8ms 25% distribution normal loss
 * gemodel 1% 20%". A number without a unit is in microseconds where it is a time, in percent where it is a share.
 */
#include "impairments.h"

typedef struct cursor {
    sn_reading *r;
    const sn_item *value;
    size_t at;
    sn_link_params *link;
    uint64_t mistakes;                /* when it began */
    sn_table_entry table, slot_table; /* of files; in units as yet */
} cursor;

/* ---- words ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static ss_slice peek(cursor *c)
{
    const ss_slice text = c->value->text;
    while (c->at < text.len && is_blank(text.at[c->at])) {
        c->at++;
    }
    size_t end = c->at;
    while (end < text.len && !is_blank(text.at[end])) {
        end++;
    }
    return ss_slice_cut(text, c->at, end);
}

static sn_place place_of(const cursor *c, ss_slice word)
{
    return word.len == 0 ? c->value->place : sn_item_part(c->value, c->at, word.len);
}

static bool take(cursor *c, const char *word)
{
    const ss_slice next = peek(c);
    const bool is_it = ss_slice_eq(next, ss_slice_from(word));
    c->at += is_it ? next.len : 0;
    return is_it;
}

static bool is_number(ss_slice word)
{
    const size_t from = word.len > 1 && word.at[0] == '-' ? 1 : 0;
    return word.len > from && word.at[from] >= '0' && word.at[from] <= '9';
}

/* Nothing but digits and a point: its unit is the usual one. */
static bool is_bare(ss_slice word)
{
    for (size_t i = 0; i < word.len; i++) {
        if ((word.at[i] < '0' || word.at[i] > '9') && word.at[i] != '.') {
            return false;
        }
    }
    return word.len > 0;
}

static ss_slice with_unit(cursor *c, ss_slice number, const char *unit)
{
    sn_text t = { .hoard = &c->r->hoard };
    sn_text_put(&t, number);
    sn_text_put_str(&t, unit);
    return (ss_slice){ t.at, t.len };
}

static bool flawed(cursor *c, ss_slice word, const sn_flaw *flaw)
{
    sn_wrong(c->r, place_of(c, word), flaw->suggestion, "netem: '%s': %s", sn_shown(c->r, word),
             flaw->message);
    return false;
}

/* ---- numbers; false when there is none or it is wrong, which is noted where one is needed ---- */

typedef bool quantity(ss_slice word, uint64_t *value, sn_flaw *flaw);

static bool read_quantity(cursor *c, quantity *read, const char *unit, bool needed, uint64_t *value)
{
    const ss_slice word = peek(c);
    sn_flaw flaw = { .message = "a number is wanted here" };
    if (!is_number(word)) {
        return needed ? flawed(c, word, &flaw) : false;
    }
    if (!read(is_bare(word) ? with_unit(c, word, unit) : word, value, &flaw)) {
        return flawed(c, word, &flaw);
    }
    c->at += word.len;
    return true;
}

static bool read_time(cursor *c, bool needed, ss_span *span)
{
    return read_quantity(c, sn_quantity_time, "us", needed, span);
}

static bool read_share(cursor *c, bool needed, sn_prob *share)
{
    return read_quantity(c, sn_quantity_prob, "%", needed, share);
}

static bool read_count(cursor *c, bool needed, uint32_t *count)
{
    uint64_t number = 0;
    const ss_slice word = peek(c);
    const sn_flaw flaw = { .message = "out of range: 1 to 4294967294" };
    if (!read_quantity(c, sn_quantity_count, "", needed, &number)) {
        return false;
    }
    if (number == 0 || number >= UINT32_MAX) {
        c->at -= word.len; /* it is the word that is wrong */
        return flawed(c, word, &flaw);
    }
    *count = (uint32_t)number;
    return true;
}

/* tc's bps are bytes a second. */
static bool read_rate(cursor *c)
{
    const ss_slice word = peek(c);
    const bool of_bytes =
        word.len > 3 && ss_slice_eq(ss_slice_cut(word, word.len - 3, word.len), SS_LIT("bps"));
    const ss_slice number = of_bytes ? ss_slice_cut(word, 0, word.len - 3) : word;
    const ss_slice bits = of_bytes        ? with_unit(c, number, "bit")
                          : is_bare(word) ? with_unit(c, word, "bit")
                                          : word;
    sn_flaw flaw = { .message = "a rate is wanted here" };
    uint64_t bps = 0;
    if (!is_number(word) || !sn_quantity_rate(bits, &bps, &flaw)) {
        return flawed(c, word, &flaw);
    }
    c->link->rate = (sn_rate){ .bps = of_bytes ? 8 * bps : bps };
    c->at += word.len;
    return true;
}

/* ---- parameters ---- */

static void read_chance(cursor *c, sn_chance *chance)
{
    *chance = (sn_chance){ 0 };
    if (read_share(c, true, &chance->p)) {
        (void)read_share(c, false, &chance->corr);
    }
}

static void read_delay(cursor *c)
{
    sn_jitter *jitter = &c->link->jitter;
    *jitter = (sn_jitter){ 0 };
    if (read_time(c, true, &c->link->delay) && read_time(c, false, &jitter->spread)) {
        (void)read_share(c, false, &jitter->corr);
    }
}

/* A word with a point or a stroke is a file: tc finds its own by their names alone. */
static bool is_file(ss_slice word)
{
    return ss_slice_find(word, '.') < word.len || ss_slice_find(word, '/') < word.len;
}

static void read_shape(cursor *c, sn_jitter *jitter, sn_table_entry *table)
{
    static const char *const words[] = { "uniform", "normal", "pareto", "paretonormal", NULL };
    const ss_slice word = peek(c);
    *table = (sn_table_entry){ 0 };
    for (unsigned shape = 0; words[shape] != NULL; shape++) {
        if (take(c, words[shape])) {
            jitter->shape = (sn_shape)shape;
            return;
        }
    }
    if (is_file(word)) {
        sn_table_read_file(c->r, word, place_of(c, word), table);
        c->at += word.len;
        return;
    }
    sn_wrong(c->r, place_of(c, word), sn_nearest(c->r, word, words, 4),
             "netem: unknown distribution '%s': uniform, normal, pareto, paretonormal, or a file",
             sn_shown(c->r, word));
}

static void read_distribution(cursor *c)
{
    read_shape(c, &c->link->jitter, &c->table);
}

/* Once it is known of how much. */
static void settle_table(cursor *c, const sn_table_entry *table, sn_jitter *jitter)
{
    if (table->count != 0 && !table->is_in_units) {
        sn_wrong(c->r, c->value->place, NULL,
                 "netem: its tables have whole numbers; for one of times there is 'jitter'");
    } else if (table->count != 0 && jitter->spread != 0) {
        sn_table_settle(c->r, table, jitter->spread, jitter);
    }
}

/* p13 [p31 [p32 [p23 [p14]]]] */
static void read_state(cursor *c, sn_loss *loss)
{
    sn_loss_chain *chain = &loss->state;
    *loss = (sn_loss){ .kind = SN_LOSS_STATE, .state = { .p23 = SN_ALWAYS } };
    sn_prob *const order[] = { &chain->p13, &chain->p31, &chain->p32, &chain->p23, &chain->p14 };
    unsigned given = 0;
    while (given < SS_COUNT(order) && read_share(c, given == 0, order[given])) {
        given++;
    }
    if (given == 1) {
        chain->p31 = SN_ALWAYS - chain->p13;
    }
}

/* p [r [1-h [1-k]]] */
static void read_gemodel(cursor *c, sn_loss *loss)
{
    sn_loss_ge *ge = &loss->ge;
    *loss = (sn_loss){ .kind = SN_LOSS_GEMODEL, .ge = { .bad = SN_ALWAYS } };
    sn_prob *const order[] = { &ge->p, &ge->r, &ge->bad, &ge->good };
    unsigned given = 0;
    while (given < SS_COUNT(order) && read_share(c, given == 0, order[given])) {
        given++;
    }
    if (given == 1) {
        ge->r = SN_ALWAYS - ge->p;
    }
}

static void read_loss(cursor *c)
{
    sn_loss *loss = &c->link->loss;
    if (take(c, "state")) {
        read_state(c, loss);
    } else if (take(c, "gemodel")) {
        read_gemodel(c, loss);
    } else {
        (void)take(c, "random");
        *loss = (sn_loss){ 0 };
        read_chance(c, &loss->random);
    }
    (void)take(c, "ecn"); /* marks where it could drop; nothing that is simulated reacts to marks */
}

static void read_duplicate(cursor *c)
{
    read_chance(c, &c->link->duplicate);
}

static void read_corrupt(cursor *c)
{
    c->link->corrupt = (sn_damage){ .kind = SN_DAMAGE_BIT, .burst = 8 };
    read_chance(c, &c->link->corrupt.chance);
}

static void read_reorder(cursor *c)
{
    read_chance(c, &c->link->reorder);
}

/* Alone it makes every so-manieth packet jump. */
static void read_gap(cursor *c)
{
    if (read_count(c, true, &c->link->reorder_gap) && c->link->reorder.p == 0) {
        c->link->reorder.p = SN_ALWAYS;
    }
}

/* RATE [OVERHEAD [CELL [CELLOVERHEAD]]] */
static void read_rates(cursor *c)
{
    sn_rate *rate = &c->link->rate;
    if (!read_rate(c)) {
        return;
    }
    ss_slice word = peek(c);
    const bool is_negative = word.len > 1 && word.at[0] == '-';
    uint32_t overhead = 0;
    c->at += is_negative ? 1 : 0;
    if (is_number(word) && read_count(c, is_negative, &overhead)) {
        rate->overhead = (int32_t)(overhead < 65535 ? overhead : 65535) * (is_negative ? -1 : 1);
        if (read_count(c, false, &rate->cell)) {
            (void)read_count(c, false, &rate->cell_overhead);
        }
    }
}

/* distribution SHAPE MEAN JITTER */
static bool read_slot_distribution(cursor *c, sn_slot *slot)
{
    read_shape(c, &slot->jitter, &c->slot_table);
    if (c->r->mistake_count != c->mistakes || !read_time(c, true, &slot->min) ||
        !read_time(c, true, &slot->jitter.spread)) {
        return false;
    }
    slot->max = slot->min;
    return true;
}

static bool read_slot_bounds(cursor *c, sn_slot *slot)
{
    if (!read_time(c, true, &slot->min)) {
        return false;
    }
    slot->max = slot->min;
    (void)read_time(c, false, &slot->max);
    if (slot->max < slot->min) {
        sn_wrong(c->r, c->value->place, NULL,
                 "netem: the longest slot is shorter than the shortest");
    }
    return true;
}

/* MIN [MAX] or a distribution, [packets N] [bytes N] */
static void read_slot(cursor *c)
{
    sn_slot *slot = &c->link->slot;
    *slot = (sn_slot){ 0 };
    c->slot_table = (sn_table_entry){ 0 };
    const bool is_drawn = take(c, "distribution");
    if (!(is_drawn ? read_slot_distribution(c, slot) : read_slot_bounds(c, slot))) {
        return;
    }
    bool more = true;
    while (more) {
        more = take(c, "packets") ? read_count(c, true, &slot->packets)
               : take(c, "bytes") ? read_count(c, true, &slot->bytes)
                                  : false;
    }
}

static void read_limit(cursor *c)
{
    c->link->queue.bytes = 0;
    (void)read_count(c, true, &c->link->queue.packets);
}

static void read_ecn(cursor *c)
{
    (void)c;
}

/* Its draws would be other ones anyway: those of the scenario are by the scenario's seed. */
static void read_seed(cursor *c)
{
    uint64_t seed = 0;
    (void)read_quantity(c, sn_quantity_count, "", true, &seed);
}

/* ---- the string ---- */

static const struct {
    const char *word;
    void (*read)(cursor *c);
} parameters[] = {
    { "delay", read_delay },     { "latency", read_delay },   { "distribution", read_distribution },
    { "loss", read_loss },       { "drop", read_loss },       { "duplicate", read_duplicate },
    { "corrupt", read_corrupt }, { "reorder", read_reorder }, { "gap", read_gap },
    { "rate", read_rates },      { "slot", read_slot },       { "limit", read_limit },
    { "ecn", read_ecn },         { "seed", read_seed },
};

static void unknown(const cursor *c, ss_slice word)
{
    const char *known[SS_COUNT(parameters)];
    for (size_t i = 0; i < SS_COUNT(parameters); i++) {
        known[i] = parameters[i].word;
    }
    sn_wrong(
        c->r, place_of(c, word), sn_nearest(c->r, word, known, SS_COUNT(known)),
        "netem: unknown word '%s': delay, distribution, loss, duplicate, corrupt, reorder, gap, "
        "rate, slot, limit, seed or ecn",
        sn_shown(c->r, word));
}

static bool read_parameter(cursor *c)
{
    const ss_slice word = peek(c);
    for (size_t i = 0; i < SS_COUNT(parameters); i++) {
        if (take(c, parameters[i].word)) {
            parameters[i].read(c);
            return c->r->mistake_count == c->mistakes;
        }
    }
    unknown(c, word);
    return false;
}

void sn_netem_read(sn_reading *r, const sn_item *value, sn_link_params *link)
{
    cursor c = { .r = r, .value = value, .link = link, .mistakes = r->mistake_count };
    if (!sn_value_is_scalar(r, value, "a string of tc netem")) {
        return;
    }
    bool more = peek(&c).len > 0;
    while (more && read_parameter(&c)) {
        more = peek(&c).len > 0;
    }
    if (r->mistake_count == c.mistakes) {
        settle_table(&c, &c.table, &link->jitter);
        settle_table(&c, &c.slot_table, &link->slot.jitter);
    }
}
