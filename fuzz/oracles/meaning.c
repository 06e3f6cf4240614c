/* What a message means, as text, and a message printed from its parts (RFC 3261 7.3.1: case, white space, folding, comma
 * lists and the order of differently named fields carry no meaning). Only fz_put_meaning knows what "the same" is. */
#include "fuzz.h"

#include "ss/grammar.h"

static bool is_white(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* RFC3261:7.3.1 a run of white space, folded or not, is one space. A byte behind a backslash is itself. */
static void put_unfolded(ss_buffer *b, ss_slice s)
{
    for (size_t at = 0; at < s.len; at++) {
        if (s.at[at] == '\\' && at + 1 < s.len && s.at[at + 1] != '\r') {
            ss_put_char(b, s.at[at++]);
            ss_put_char(b, s.at[at]);
        } else if (!is_white(s.at[at])) {
            ss_put_char(b, s.at[at]);
        } else if (at + 1 == s.len || !is_white(s.at[at + 1])) {
            ss_put_char(b, ' ');
        }
    }
}

static ss_slice name_of(const ss_msg *msg, const ss_field *field)
{
    return ss_slice_cut(msg->bytes, field->at, (size_t)field->at + field->name_len);
}

static ss_slice value_of(const ss_msg *msg, const ss_field *field)
{
    return ss_slice_cut(msg->bytes, field->value_at, (size_t)field->value_at + field->value_len);
}

bool fz_is_sound_list(const ss_msg *msg, ss_hdr id)
{
    ss_value_iter it = { 0 };
    ss_slice value;
    ss_status status = SS_OK;
    while (status == SS_OK) {
        status = ss_msg_next_value(msg, id, &it, &value);
    }
    return status == SS_NONE;
}

static void put_line(ss_buffer *b, ss_slice name, ss_slice value)
{
    for (size_t i = 0; i < name.len; i++) {
        ss_put_char(b, ss_lower(name.at[i]));
    }
    ss_put(b, SS_LIT(": "));
    put_unfolded(b, value);
    ss_put_char(b, '\n');
}

/* The pieces of a value, below its line; a value that cannot be typed has none. */
static void put_pieces(ss_buffer *b, ss_hdr id, ss_slice value)
{
    ss_typed typed;
    ss_flaw flaw;
    if (ss_typed_parse(id, value, &typed, &flaw) != SS_OK) {
        ss_put(b, SS_LIT("  not typed\n"));
        return;
    }
    for (unsigned i = 0; i < typed.part_count && i < SS_PARTS_MAX; i++) {
        ss_put(b, SS_LIT("  "));
        ss_put(b, typed.parts[i].name == NULL ? typed.parts[i].key
                                              : ss_slice_from(typed.parts[i].name));
        ss_put_char(b, '=');
        put_unfolded(b, typed.parts[i].text);
        ss_put_char(b, '\n');
    }
}

/* One line per value; a list that cannot be read, one line per field. */
static void put_known(ss_buffer *b, const ss_msg *msg, ss_hdr id)
{
    ss_value_iter it = { 0 };
    ss_slice value;
    if (fz_is_sound_list(msg, id)) {
        while (ss_msg_next_value(msg, id, &it, &value) == SS_OK) {
            put_line(b, ss_hdr_name(id), value);
            put_pieces(b, id, value);
        }
        return;
    }
    for (unsigned i = 0; i < ss_msg_count(msg, id); i++) {
        put_line(b, ss_hdr_name(id), ss_msg_value(msg, id, i));
    }
}

static bool is_first_of_name(const ss_msg *msg, uint16_t index)
{
    const ss_slice name = name_of(msg, &msg->fields[index]);
    for (uint16_t at = msg->first[SS_HDR_OTHER]; at != index + 1; at = msg->fields[at - 1].next) {
        if (ss_slice_eq_nocase(name_of(msg, &msg->fields[at - 1]), name)) {
            return false;
        }
    }
    return true;
}

/* The smallest name that comes after `last`, by lower case; NULL at the end. */
static bool comes_before(ss_slice a, ss_slice b)
{
    const size_t shorter = a.len < b.len ? a.len : b.len;
    for (size_t i = 0; i < shorter; i++) {
        if (ss_lower(a.at[i]) != ss_lower(b.at[i])) {
            return (unsigned char)ss_lower(a.at[i]) < (unsigned char)ss_lower(b.at[i]);
        }
    }
    return a.len < b.len;
}

/* Beyond this many unknown fields only their number counts, so that the work stays bounded. */
enum { OTHERS_MAX = 64 };

/* Unknown fields, sorted by name, those of one name in their order. */
static void put_others(ss_buffer *b, const ss_msg *msg)
{
    uint16_t firsts[OTHERS_MAX];
    size_t count = 0;
    if (ss_msg_count(msg, SS_HDR_OTHER) > OTHERS_MAX) {
        ss_put_u64(b, ss_msg_count(msg, SS_HDR_OTHER));
        return;
    }
    for (uint16_t at = msg->first[SS_HDR_OTHER]; at != 0; at = msg->fields[at - 1].next) {
        if (!is_first_of_name(msg, (uint16_t)(at - 1))) {
            continue;
        }
        size_t place = count++;
        for (; place > 0 && comes_before(name_of(msg, &msg->fields[at - 1]),
                                         name_of(msg, &msg->fields[firsts[place - 1]]));
             place--) {
            firsts[place] = firsts[place - 1];
        }
        firsts[place] = (uint16_t)(at - 1);
    }
    for (size_t i = 0; i < count; i++) {
        const ss_slice name = name_of(msg, &msg->fields[firsts[i]]);
        for (uint16_t at = firsts[i] + 1u; at != 0; at = msg->fields[at - 1].next) {
            if (ss_slice_eq_nocase(name_of(msg, &msg->fields[at - 1]), name)) {
                put_line(b, name, value_of(msg, &msg->fields[at - 1]));
            }
        }
    }
}

void fz_put_meaning(ss_buffer *b, const ss_msg *msg)
{
    if (msg->is_request) {
        ss_put_request_line(b, msg->method_name, msg->request_uri);
    } else {
        ss_put_u64(b, msg->status);
        ss_put_char(b, ' ');
        ss_put(b, msg->reason);
        ss_put_char(b, '\n');
    }
    for (ss_hdr id = 0; id < SS_HDR_OTHER; id++) {
        put_known(b, msg, id);
    }
    put_others(b, msg);
    ss_put(b, msg->body);
}

void fz_put_message(ss_buffer *b, const ss_msg *msg)
{
    if (msg->is_request) {
        ss_put_request_line(b, msg->method_name, msg->request_uri);
    } else {
        ss_put(b, SS_LIT("SIP/2.0 "));
        ss_put_u64(b, msg->status);
        ss_put_char(b, ' ');
        ss_put(b, msg->reason); /* ss_put_status_line would fill in an empty one */
        ss_put(b, SS_LIT("\r\n"));
    }
    for (uint16_t i = 0; i < msg->field_count; i++) {
        const ss_field *field = &msg->fields[i];
        if (field->id != SS_HDR_OTHER) {
            ss_put_header(b, (ss_hdr)field->id, value_of(msg, field));
            continue;
        }
        ss_put(b, name_of(msg, field));
        ss_put(b, SS_LIT(": "));
        ss_put(b, value_of(msg, field));
        ss_put(b, SS_LIT("\r\n"));
    }
    ss_put(b, SS_LIT("\r\n"));
    ss_put(b, msg->body);
}
