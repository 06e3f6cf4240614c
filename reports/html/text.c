/* The page's small change: escaped text, headings, tables. */
#include "html/html.h"

#include "utf8.h"

#define REPLACEMENT "\xef\xbf\xbd"

static const char *entity_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* No characters of XML 1.0, which the same text goes to: U+FFFE, U+FFFF. */
static bool is_none(ss_slice c)
{
    const unsigned char *b = (const unsigned char *)c.at;
    return c.len == 3 && b[0] == 0xef && b[1] == 0xbf && b[2] >= 0xbe;
}

/* C1, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069: they have a say in how other text is shown. */
static bool is_meddling(ss_slice c)
{
    const unsigned char *b = (const unsigned char *)c.at;
    if (c.len == 2) {
        return b[0] == 0xc2 && b[1] < 0xa0;
    }
    if (c.len != 3 || b[0] != 0xe2) {
        return false;
    }
    return (b[1] == 0x80 && (b[2] == 0x8e || b[2] == 0x8f || (b[2] >= 0xaa && b[2] <= 0xae))) ||
           (b[1] == 0x81 && b[2] >= 0xa6 && b[2] <= 0xa9);
}

static void put_character(rp_file *out, ss_slice c)
{
    const unsigned char first = (unsigned char)c.at[0];
    const char *entity = entity_of(c.at[0]);
    const bool is_control = (first < 0x20 && first != '\n' && first != '\t') || first == 0x7f;
    if (entity != NULL) {
        rp_put_text(out, entity);
    } else if (is_control || is_meddling(c) || is_none(c)) {
        rp_put_text(out, REPLACEMENT);
    } else {
        rp_put(out, c);
    }
}

void rp_html_slice(rp_file *out, ss_slice text)
{
    while (text.len != 0) {
        const size_t len = rp_utf8_length(text);
        if (len == 0) {
            rp_put_text(out, REPLACEMENT);
        } else {
            put_character(out, ss_slice_cut(text, 0, len));
        }
        text = ss_slice_cut(text, len == 0 ? 1 : len, text.len);
    }
}

void rp_html_text(rp_file *out, const char *text)
{
    rp_html_slice(out, ss_slice_from(text));
}

void rp_html_name(rp_file *out, const char *text)
{
    rp_put_text(out, "<bdi class=\"name\">");
    rp_html_text(out, text);
    rp_put_text(out, "</bdi>");
}

void rp_html_heading(rp_file *out, const char *id, const char *title)
{
    rp_put_text(out, "<h2 id=\"");
    rp_put_text(out, id);
    rp_put_text(out, "\">");
    rp_put_text(out, title);
    rp_put_text(out, "</h2>\n");
}

static void begin_table(rp_file *out, const char *tag, const char *caption,
                        const char *const *heads)
{
    rp_put_text(out, "<div class=\"wide\" tabindex=\"0\">");
    rp_put_text(out, tag);
    rp_put_char(out, '\n');
    if (caption != NULL) {
        rp_put_text(out, "<caption>");
        rp_put_text(out, caption);
        rp_put_text(out, "</caption>\n");
    }
    rp_put_text(out, "<thead><tr>");
    for (; *heads != NULL; heads++) {
        const bool is_number = **heads == '#';
        rp_put_text(out, is_number ? "<th scope=\"col\" class=\"number\">" : "<th scope=\"col\">");
        rp_put_text(out, *heads + is_number);
        rp_put_text(out, "</th>");
    }
    rp_put_text(out, "</tr></thead>\n<tbody>\n");
}

void rp_html_table(rp_file *out, const char *caption, const char *const *heads)
{
    begin_table(out, "<table>", caption, heads);
}

void rp_html_sortable(rp_file *out, const char *caption, const char *const *heads)
{
    begin_table(out, "<table class=\"sortable\">", caption, heads);
}

void rp_html_counts(rp_file *out, const char *const *heads)
{
    begin_table(out, "<table class=\"counts\">", NULL, heads);
}

void rp_html_table_end(rp_file *out)
{
    rp_put_text(out, "</tbody></table></div>\n");
}

void rp_html_cell_u64(rp_file *out, uint64_t value)
{
    rp_put_text(out, "<td class=\"number\">");
    rp_put_u64(out, value);
    rp_put_text(out, "</td>");
}

void rp_html_cell(rp_file *out, const char *text)
{
    rp_put_text(out, "<td>");
    rp_html_text(out, text);
    rp_put_text(out, "</td>");
}

void rp_html_tag(rp_file *out, bool good, const char *text)
{
    rp_put_text(out, good ? "<span class=\"tag good\">✓ " : "<span class=\"tag bad\">✗ ");
    rp_put_text(out, text);
    rp_put_text(out, "</span>");
}
