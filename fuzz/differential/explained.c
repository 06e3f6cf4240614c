/* What libosip2 and libsofia-sip read otherwise than we do, and why we are right, or both are. */
#include "reading.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FIELD(id) (1ul << READ_##id)

#define HOSTS   (FIELD(URI_HOST) | FIELD(VIA_HOST) | FIELD(FROM_HOST) | FIELD(TO_HOST))
#define USERS   (FIELD(URI_USER) | FIELD(FROM_USER) | FIELD(TO_USER))
#define PORTS   (FIELD(URI_PORT) | FIELD(VIA_PORT))
#define NUMBERS (FIELD(CSEQ) | FIELD(MAX_FORWARDS) | FIELD(CONTENT_LENGTH) | PORTS)
#define LISTS   (FIELD(VIAS) | FIELD(ROUTES) | FIELD(RECORD_ROUTES) | FIELD(CONTACTS))

static bool ours_is_absent(const difference *d)
{
    return d->ours[0] == '\0';
}

static bool ours_is_unreadable(const difference *d)
{
    return strcmp(d->ours, "unreadable") == 0;
}

static bool lacks_brackets(const difference *d)
{
    const size_t len = strlen(d->theirs);
    return strlen(d->ours) == len + 2 && d->ours[0] == '[' && d->ours[len + 1] == ']' &&
           strncasecmp(d->ours + 1, d->theirs, len) == 0;
}

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The next character, unescaped; what it was is behind `*text` then. */
static char next_char(const char **text)
{
    const char *t = *text;
    if (t[0] == '%' && hex(t[1]) >= 0 && hex(t[2]) >= 0) {
        *text = t + 3;
        return (char)(hex(t[1]) * 16 + hex(t[2]));
    }
    *text = t + (t[0] != '\0');
    return t[0];
}

/* An escaped NUL ends what is kept as a string. */
static bool is_unescaped(const difference *d)
{
    const char *o = d->ours;
    for (const char *t = d->theirs; *t != '\0'; t++) {
        if (next_char(&o) != *t) {
            return false;
        }
    }
    return next_char(&o) == '\0';
}

static bool is_equal_escaped(const difference *d)
{
    const char *o = d->ours, *t = d->theirs;
    while (*o != '\0' && *t != '\0') {
        if (next_char(&o) != next_char(&t)) {
            return false;
        }
    }
    return *o == *t;
}

static bool has_no_type(const difference *d)
{
    return strcmp(d->them->field[READ_CONTENT_TYPE].text, "0") == 0 && strcmp(d->theirs, "0") == 0;
}

static bool has_fewer(const difference *d)
{
    return atoi(d->theirs) < atoi(d->ours);
}

static bool has_none(const difference *d)
{
    return d->theirs[0] == '\0' || strcmp(d->theirs, "0") == 0;
}

static bool is_same_number(const difference *d)
{
    const char *t = d->theirs;
    while (*t == '0' && t[1] != '\0') {
        t++;
    }
    return strcmp(d->ours, t) == 0;
}

const explanation explanations[] = {
    { "osip2", "computes Content-Length",
      "RFC 3261 20.14: a datagram may have none; it is the length of the body then",
      FIELD(CONTENT_LENGTH), ours_is_absent },
    { "osip2", "unescapes users",
      "RFC 3261 19.1.4: what is escaped is compared unescaped, and is kept as it came; an escaped "
      "NUL ends its string",
      USERS, is_unescaped },
    { "osip2", "loses a body of no type",
      "RFC 3261 20.15: Content-Type must be there, and the body is, whether it is or not",
      FIELD(BODY), has_no_type },
    { "sofia_sip", "unescapes what need not be escaped", "RFC 3261 19.1.4: the same user", USERS,
      is_equal_escaped },
    { "osip2", "drops brackets",
      "RFC 3261 25.1: an IPv6reference has brackets; it keeps the address within", HOSTS,
      lacks_brackets },
    { "osip2", "keeps zeros", "RFC 4475 3.1.1.1: numbers have leading zeros as they like", NUMBERS,
      is_same_number },
    { "osip2", "leaves out URIs of other schemes",
      "RFC 3261 20.30, 25.1: a name-addr may have any absoluteURI", LISTS, has_fewer },
    { "osip2", "leaves out an empty Content-Type", "it is there, though it says nothing",
      FIELD(CONTENT_TYPE), has_none },
    { "sofia_sip", "ends a field at a blank line of it",
      "RFC 3261 7.3.1: a line that begins with white space goes on, be there more or not",
      FIELD(CSEQ_METHOD), has_none },
    { "both", "counts what cannot be read",
      "RFC 3261 20.10: a URI with a question mark must be in brackets; the list has no number for "
      "us",
      LISTS, ours_is_unreadable },
};
const size_t explanation_count = sizeof explanations / sizeof *explanations;
