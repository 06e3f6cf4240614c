/* Edits of what stands in a field: numbers, tokens, parameters, quotes, addresses, each to what its grammar (RFC 3261 25.1) or
 * its range makes a boundary of.
 */
#include "edit_tables.h"

static bool has_value(const sn_cut *c, const sn_line *line, const sn_line *next)
{
    (void)c, (void)next;
    return line->value.end > line->value.at;
}

/* ---- numbers ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The nth run of digits in what may be edited, from 0; how many there are when there are not so many. */
static bool nth_number(const sn_cut *c, sn_span within, uint32_t n, uint32_t *count, sn_span *found)
{
    for (uint32_t i = within.at; i < within.end; i++) {
        const bool begins = is_digit(c->shape.bytes.at[i]) &&
                            (i == within.at || !is_digit(c->shape.bytes.at[i - 1]));
        if (begins && (*count)++ == n) {
            *found = (sn_span){ i, i };
            while (found->end < within.end && is_digit(c->shape.bytes.at[found->end])) {
                found->end++;
            }
            return true;
        }
    }
    return false;
}

static bool replace_number_in(sn_cut *c, sn_span within)
{
    uint32_t count = 0, again = 0;
    sn_span found;
    (void)nth_number(c, within, UINT32_MAX, &count, &found);
    if (count == 0 || !nth_number(c, within, sn_choose(c->choices, count), &again, &found)) {
        return false;
    }
    sn_cut_keep(c, found.at);
    sn_cut_put_number(c);
    sn_cut_skip(c, found.end);
    return true;
}

static bool has_number(const sn_cut *c, const sn_line *line, const sn_line *next)
{
    (void)next;
    bool has = false;
    for (uint32_t i = line->value.at; i < line->value.end; i++) {
        has = has || is_digit(c->shape.bytes.at[i]);
    }
    return has;
}

bool sn_edit_number(sn_cut *c)
{
    const sn_line *line = sn_cut_field(c, has_number);
    return line != NULL && replace_number_in(c, line->value);
}

bool sn_edit_body_number(sn_cut *c)
{
    return c->wish->field.len == 0 && replace_number_in(c, c->shape.body);
}

/* ---- fields whose value is of a known kind ---- */

/* The first line of a field that is wished; NULL: there is none. */
static const sn_line *known_field(const sn_cut *c, ss_hdr id)
{
    const sn_line *line = sn_cut_first(c, id);
    return line != NULL && sn_cut_is_wished(c, line) ? line : NULL;
}

bool sn_edit_length(sn_cut *c)
{
    const sn_line *line = known_field(c, SS_HDR_CONTENT_LENGTH);
    if (line == NULL) {
        return false;
    }
    const uint64_t len = c->shape.body.end - c->shape.body.at;
    sn_cut_keep(c, line->value.at);
    switch (sn_choose(c->choices, 6)) {
    case 0:
        ss_put_u64(c->out, len + 1);
        break;
    case 1:
        ss_put_u64(c->out, len == 0 ? 2 : len - 1);
        break;
    case 2:
        ss_put_u64(c->out, 2 * len + 1);
        break;
    case 3:
        ss_put(c->out, SS_LIT("0"));
        break;
    case 4: /* twice, and not the same */
        sn_cut_again(c, line->value);
        ss_put(c->out, SS_LIT("\r\nl: "));
        ss_put_u64(c->out, len + 1);
        break;
    default:
        sn_cut_put_number(c);
        break;
    }
    sn_cut_skip(c, line->value.end);
    return true;
}

/* The number and the method of the CSeq. */
static bool find_cseq(const sn_cut *c, sn_span *number, sn_span *method)
{
    const sn_line *line = known_field(c, SS_HDR_CSEQ);
    if (line == NULL) {
        return false;
    }
    const ss_slice value = sn_shape_text(&c->shape, line->value);
    const uint32_t space = line->value.at + (uint32_t)ss_slice_find(value, ' ');
    *number = (sn_span){ line->value.at, space };
    *method = (sn_span){ space == line->value.end ? space : space + 1, line->value.end };
    return true;
}

/* One more or less, or a boundary. */
bool sn_edit_cseq_number(sn_cut *c)
{
    sn_span number, method;
    uint64_t value = 0;
    if (!find_cseq(c, &number, &method)) {
        return false;
    }
    const bool is_number =
        ss_slice_to_u64(sn_shape_text(&c->shape, number), UINT32_MAX, &value) == SS_OK;
    sn_cut_keep(c, number.at);
    switch (sn_choose(c->choices, is_number ? 3 : 1)) {
    case 1:
        ss_put_u64(c->out, value + 1);
        break;
    case 2:
        ss_put_u64(c->out, value == 0 ? 2 : value - 1);
        break;
    default:
        sn_cut_put_number(c);
        break;
    }
    sn_cut_skip(c, number.end);
    return true;
}

bool sn_edit_cseq_method(sn_cut *c)
{
    sn_span number, method;
    if (!find_cseq(c, &number, &method)) {
        return false;
    }
    sn_cut_keep(c, method.at);
    sn_cut_put_method(c);
    sn_cut_skip(c, method.end);
    return true;
}

bool sn_edit_max_forwards(sn_cut *c)
{
    static const ss_slice hops[] = { SS_LIT_INIT("0"),   SS_LIT_INIT("1"),   SS_LIT_INIT("2"),
                                     SS_LIT_INIT("255"), SS_LIT_INIT("256"), SS_LIT_INIT("70 70"),
                                     SS_LIT_INIT("-1"),  SS_LIT_INIT("") };
    const sn_line *line = known_field(c, SS_HDR_MAX_FORWARDS);
    if (line == NULL) {
        return false;
    }
    sn_cut_replace(c, line->value, SN_CUT_ONE_OF(c, hops));
    return true;
}

bool sn_edit_expires(sn_cut *c)
{
    static const ss_hdr ids[] = { SS_HDR_EXPIRES, SS_HDR_MIN_EXPIRES, SS_HDR_SESSION_EXPIRES,
                                  SS_HDR_MIN_SE, SS_HDR_RETRY_AFTER };
    const uint32_t first = sn_choose(c->choices, SS_COUNT(ids));
    const sn_line *line = NULL;
    for (uint32_t i = 0; line == NULL && i < SS_COUNT(ids); i++) {
        line = known_field(c, ids[(first + i) % SS_COUNT(ids)]);
    }
    return line != NULL && replace_number_in(c, line->value);
}

static bool is_of_options(const sn_cut *c, const sn_line *line, const sn_line *next)
{
    (void)c, (void)next;
    return line->id == SS_HDR_REQUIRE || line->id == SS_HDR_SUPPORTED ||
           line->id == SS_HDR_PROXY_REQUIRE || line->id == SS_HDR_UNSUPPORTED ||
           line->id == SS_HDR_ALLOW || line->id == SS_HDR_ACCEPT || line->id == SS_HDR_EVENT;
}

bool sn_edit_option(sn_cut *c)
{
    static const ss_slice options[] = { SS_LIT_INIT("100rel"),    SS_LIT_INIT("timer"),
                                        SS_LIT_INIT("odd"),       SS_LIT_INIT("replaces"),
                                        SS_LIT_INIT("path"),      SS_LIT_INIT("outbound, gruu"),
                                        SS_LIT_INIT(","),         SS_LIT_INIT("*"),
                                        SS_LIT_INIT("\"100rel\"") };
    const sn_line *line = sn_cut_field(c, is_of_options);
    if (line == NULL) {
        return false;
    }
    sn_cut_replace(c, line->value, SN_CUT_ONE_OF(c, options));
    return true;
}

bool sn_edit_set_field(sn_cut *c)
{
    const ss_slice name = c->wish->field, value = c->wish->value;
    if (value.at == NULL || name.len == 0) {
        return false;
    }
    const sn_line *line = sn_cut_field(c, NULL);
    if (line != NULL && line->has_colon) {
        sn_cut_replace(c, line->value, value);
        return true;
    }
    sn_cut_keep(c, c->shape.fields_end);
    ss_put(c->out, name);
    ss_put(c->out, SS_LIT(": "));
    ss_put(c->out, value);
    ss_put(c->out, SS_LIT("\r\n"));
    return true;
}

/* ---- quotes, brackets, lists ---- */

bool sn_edit_unbalance(sn_cut *c)
{
    static const ss_slice marks[] = { SS_LIT_INIT("\""),   SS_LIT_INIT("<"),  SS_LIT_INIT(">"),
                                      SS_LIT_INIT("("),    SS_LIT_INIT(")"),  SS_LIT_INIT("\\"),
                                      SS_LIT_INIT("\"\\"), SS_LIT_INIT("["),  SS_LIT_INIT("]"),
                                      SS_LIT_INIT("<<"),   SS_LIT_INIT("(("), SS_LIT_INIT("\"\""),
                                      SS_LIT_INIT("\\\""), SS_LIT_INIT("()") };
    const sn_line *line = sn_cut_field(c, NULL);
    if (line == NULL || !line->has_colon) {
        return false;
    }
    const uint32_t len = line->value.end - line->value.at;
    const uint32_t where[] = { line->value.at, line->value.end,
                               line->value.at + sn_choose(c->choices, len + 1) };
    sn_cut_keep(c, where[sn_choose(c->choices, SS_COUNT(where))]);
    ss_put(c->out, SN_CUT_ONE_OF(c, marks));
    return true;
}

/* A mark of this kind in some value goes. */
bool sn_edit_drop_mark(sn_cut *c)
{
    static const char marks[] = "\"<>();,=:@[]";
    const sn_line *line = sn_cut_field(c, has_value);
    if (line == NULL) {
        return false;
    }
    uint32_t seen = 0, chosen = 0;
    for (uint32_t i = line->value.at; i < line->value.end; i++) {
        const char *mark = marks;
        while (*mark != '\0' && *mark != c->shape.bytes.at[i]) {
            mark++;
        }
        if (*mark != '\0' && sn_choose(c->choices, ++seen) == 0) {
            chosen = i;
        }
    }
    if (seen == 0) {
        return false;
    }
    sn_cut_replace(c, (sn_span){ chosen, chosen + 1 }, SS_EMPTY);
    return true;
}

/* Lists with nothing between their commas, or very many values. */
bool sn_edit_list(sn_cut *c)
{
    const sn_line *line = sn_cut_field(c, has_value);
    if (line == NULL) {
        return false;
    }
    const uint32_t end = sn_shape_mark(&c->shape, line->value, ',');
    const sn_span first = { line->value.at, end };
    switch (sn_choose(c->choices, 4)) {
    case 0:
        sn_cut_keep(c, first.at);
        ss_put(c->out, SS_LIT(","));
        break;
    case 1:
        sn_cut_keep(c, line->value.end);
        ss_put(c->out, SS_LIT(","));
        break;
    case 2:
        sn_cut_keep(c, first.end);
        ss_put(c->out, SS_LIT(",,"));
        break;
    default: {
        const uint32_t times = sn_cut_many(c);
        sn_cut_keep(c, first.end);
        for (uint32_t i = 0; i < times && !c->out->overflow; i++) {
            ss_put(c->out, SS_LIT(","));
            sn_cut_again(c, first);
        }
    }
    }
    return true;
}

bool sn_edit_comment(sn_cut *c)
{
    static const ss_slice comments[] = { SS_LIT_INIT(" (a)"),    SS_LIT_INIT(" (a (b) c)"),
                                         SS_LIT_INIT(" (\\))"),  SS_LIT_INIT(" ((((((((a))))))))"),
                                         SS_LIT_INIT(" (\xff)"), SS_LIT_INIT("(a)(b)") };
    const sn_line *line = sn_cut_field(c, NULL);
    if (line == NULL || !line->has_colon) {
        return false;
    }
    sn_cut_keep(c, sn_choose(c->choices, 2) == 0 ? line->value.at : line->value.end);
    ss_put(c->out, SN_CUT_ONE_OF(c, comments));
    return true;
}

/* The value is as long as no reader expects. */
bool sn_edit_long_value(sn_cut *c)
{
    const sn_line *line = sn_cut_field(c, NULL);
    if (line == NULL || !line->has_colon) {
        return false;
    }
    sn_cut_keep(c, line->value.end);
    sn_cut_put_long(c);
    return true;
}

/* Another field's value stands in this one. */
bool sn_edit_other_value(sn_cut *c)
{
    const sn_line *line = sn_cut_field(c, has_value);
    if (line == NULL) {
        return false;
    }
    const sn_line *from = &c->shape.fields[sn_choose(c->choices, c->shape.count)];
    sn_cut_replace(c, line->value, sn_shape_text(&c->shape, from->value));
    return true;
}

/* ---- parameters ---- */

static bool has_param(const sn_cut *c, const sn_line *line, const sn_line *next)
{
    (void)next;
    return sn_shape_mark(&c->shape, line->value, ';') < line->value.end;
}

/* One parameter of some value, from its ';' on. */
static bool find_param(sn_cut *c, sn_span *found)
{
    const sn_line *line = sn_cut_field(c, has_param);
    if (line == NULL) {
        return false;
    }
    uint32_t seen = 0;
    uint32_t at = sn_shape_mark(&c->shape, line->value, ';');
    while (at < line->value.end) {
        const sn_span rest = { at + 1, line->value.end };
        const uint32_t end = sn_shape_mark(&c->shape, rest, ';');
        if (sn_choose(c->choices, ++seen) == 0) {
            *found = (sn_span){ at, end };
        }
        at = end;
    }
    return true;
}

bool sn_edit_drop_param(sn_cut *c)
{
    sn_span param;
    if (!find_param(c, &param)) {
        return false;
    }
    sn_cut_replace(c, param, SS_EMPTY);
    return true;
}

bool sn_edit_repeat_param(sn_cut *c)
{
    sn_span param;
    if (!find_param(c, &param)) {
        return false;
    }
    const uint32_t times = sn_choose(c->choices, 4) == 0 ? sn_cut_many(c) : 1;
    sn_cut_keep(c, param.end);
    sn_cut_run(c, sn_shape_text(&c->shape, param), times);
    return true;
}

bool sn_edit_param_value(sn_cut *c)
{
    static const ss_slice values[] = { SS_LIT_INIT(""),        SS_LIT_INIT("\"\""),
                                       SS_LIT_INIT("\"a;b\""), SS_LIT_INIT("\"a"),
                                       SS_LIT_INIT("="),       SS_LIT_INIT("[::1]"),
                                       SS_LIT_INIT("1.001"),   SS_LIT_INIT("-1"),
                                       SS_LIT_INIT("%41"),     SS_LIT_INIT("\xff") };
    sn_span param;
    if (!find_param(c, &param)) {
        return false;
    }
    sn_cut_replace(c, sn_shape_param_value(&c->shape, param), SN_CUT_ONE_OF(c, values));
    return true;
}

bool sn_edit_insert_param(sn_cut *c)
{
    static const ss_slice params[] = { SS_LIT_INIT(";odd"),
                                       SS_LIT_INIT(";odd=1"),
                                       SS_LIT_INIT(";"),
                                       SS_LIT_INIT(";;"),
                                       SS_LIT_INIT(";=1"),
                                       SS_LIT_INIT("; a = b"),
                                       SS_LIT_INIT(";tag=odd"),
                                       SS_LIT_INIT(";tag="),
                                       SS_LIT_INIT(";lr"),
                                       SS_LIT_INIT(";received=1.2.3"),
                                       SS_LIT_INIT(";rport=0"),
                                       SS_LIT_INIT(";rport=65536"),
                                       SS_LIT_INIT(";maddr=::1"),
                                       SS_LIT_INIT(";ttl=256"),
                                       SS_LIT_INIT(";q=1.0001"),
                                       SS_LIT_INIT(";expires=-1"),
                                       SS_LIT_INIT(";branch=z9hG4bK"),
                                       SS_LIT_INIT(";transport=odd"),
                                       SS_LIT_INIT(";+sip.instance=\"<urn:uuid:0>\""),
                                       SS_LIT_INIT(";reg-id=0"),
                                       SS_LIT_INIT(";boundary=\"--\"") };
    const sn_line *line = sn_cut_field(c, has_value);
    if (line == NULL) {
        return false;
    }
    sn_cut_keep(c, line->value.end);
    ss_put(c->out, SN_CUT_ONE_OF(c, params));
    return true;
}
