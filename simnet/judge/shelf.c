/* Records by a number that counts up, in pages of 64: a run of any length has as many as are under way and were so some minutes ago.
 *
 * A page whose records have all settled rests. When nothing opened it for KEPT it is given to other numbers; until then what
 * comes late still finds its record, as a copy of an INVITE does that waited in a queue. A record that never settles keeps its page.
 */
#include "shelf.h"

#include <stdlib.h>
#include <string.h>

#include "containers.h"

#define KEPT SS_S(300)

void sn_shelf_begin(shelf *s, size_t size, const void *blank)
{
    *s = (shelf){ .size = size, .blank = blank };
}

void sn_shelf_free(shelf *s)
{
    free(s->directory);
    free(s->pages);
    free(s->records);
    sn_shelf_begin(s, s->size, s->blank);
}

static void *record(const shelf *s, uint32_t page, uint32_t number)
{
    return (char *)s->records + ((size_t)page * SHELF_PAGE + number % SHELF_PAGE) * s->size;
}

/* ---- rest ---- */

static void rest(shelf *s, uint32_t page)
{
    s->pages[page].rests = true;
    s->pages[page].next = 0;
    if (s->last_resting == 0) {
        s->first_resting = page + 1;
    } else {
        s->pages[s->last_resting - 1].next = page + 1;
    }
    s->last_resting = page + 1;
}

static uint32_t wake(shelf *s)
{
    const uint32_t page = s->first_resting - 1;
    s->first_resting = s->pages[page].next;
    s->last_resting = s->first_resting == 0 ? 0 : s->last_resting;
    s->pages[page].rests = false;
    return page;
}

static void give_back(shelf *s, uint32_t page)
{
    shelf_page *p = &s->pages[page];
    s->directory[p->numbers] = 0;
    *p = (shelf_page){ .next = s->first_free };
    s->first_free = page + 1;
}

/* The first to rest is the first to go, unless it was opened again; then the others wait for it. */
static void forget(shelf *s, ss_time now)
{
    while (s->first_resting != 0) {
        const shelf_page *p = &s->pages[s->first_resting - 1];
        const bool has_settled = p->settled == p->made;
        if (has_settled && p->touched + KEPT > now) {
            return;
        }
        const uint32_t page = wake(s);
        if (has_settled) {
            give_back(s, page);
        }
    }
}

/* ---- pages ---- */

static bool has_directory(shelf *s, uint32_t numbers)
{
    void *directory = s->directory;
    while (numbers >= s->directory_count) {
        if (!sn_grow_array(&directory, s->directory_count, &s->directory_room, sizeof(uint32_t))) {
            return false;
        }
        s->directory = directory;
        s->directory[s->directory_count++] = 0;
    }
    return true;
}

/* A page that nobody has; its number, plus 1. */
static uint32_t take(shelf *s)
{
    if (s->first_free != 0) {
        const uint32_t page = s->first_free;
        s->first_free = s->pages[page - 1].next;
        return page;
    }
    void *pages = s->pages;
    const bool has_page = sn_grow_array(&pages, s->page_count, &s->page_room, sizeof(shelf_page));
    s->pages = pages;
    if (!has_page ||
        !sn_grow_array(&s->records, s->page_count, &s->record_room, SHELF_PAGE * s->size)) {
        return 0;
    }
    return ++s->page_count;
}

static bool has_page(shelf *s, uint32_t numbers, ss_time now)
{
    if (!has_directory(s, numbers)) {
        return false;
    }
    if (s->directory[numbers] == 0) {
        forget(s, now);
        const uint32_t page = take(s);
        if (page == 0) {
            return false;
        }
        s->directory[numbers] = page;
        s->pages[page - 1] = (shelf_page){ .numbers = numbers };
    }
    return true;
}

/* ---- records ---- */

void *sn_shelf_open(shelf *s, uint32_t number, ss_time now)
{
    const uint32_t numbers = number / SHELF_PAGE;
    if ((numbers >= s->directory_count || s->directory[numbers] == 0) &&
        !has_page(s, numbers, now)) {
        return NULL;
    }
    const uint32_t page = s->directory[numbers] - 1;
    shelf_page *p = &s->pages[page];
    const uint64_t bit = UINT64_C(1) << number % SHELF_PAGE;
    void *it = record(s, page, number);
    if ((p->made & bit) == 0) {
        p->made |= bit;
        memcpy(it, s->blank, s->size);
    }
    p->touched = now;
    return it;
}

void sn_shelf_settle(shelf *s, uint32_t number, bool has_settled)
{
    const uint32_t page = s->directory[number / SHELF_PAGE] - 1;
    shelf_page *p = &s->pages[page];
    const uint64_t bit = UINT64_C(1) << number % SHELF_PAGE;
    p->settled = has_settled ? p->settled | bit : p->settled & ~bit;
    if (p->settled == p->made && !p->rests) {
        rest(s, page);
    }
}

void *sn_shelf_next(const shelf *s, uint32_t *number)
{
    for (uint32_t at = *number / SHELF_PAGE; at < s->directory_count; at++) {
        if (s->directory[at] == 0) {
            continue;
        }
        uint32_t i = at == *number / SHELF_PAGE ? *number % SHELF_PAGE : 0;
        for (uint64_t made = s->pages[s->directory[at] - 1].made >> i; made != 0; made >>= 1, i++) {
            if ((made & 1u) != 0) {
                *number = at * SHELF_PAGE + i;
                return record(s, s->directory[at] - 1, *number);
            }
        }
    }
    return NULL;
}
