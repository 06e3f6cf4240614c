/* ss/base.h: what every layer stands on: time, slices, arenas, buffers, the store, tables, timers, entropy.
 *
 * Nothing here knows SIP. Nothing here allocates, reads a clock or draws from a global generator: memory, instants and
 * entropy are arguments. Rules of ownership are said per function; "borrowed" bytes must outlive the call only,
 * unless a longer life is named.
 */
#ifndef SS_BASE_H
#define SS_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SS_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#if defined(__GNUC__)
#define SS_MUST_USE            __attribute__((warn_unused_result))
#define SS_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define SS_MUST_USE
#define SS_PRINTF(text, first)
#endif

/* ---- time --------------------------------------------------------------------------------------------------------
 * An instant is nanoseconds since the start of the run, a span is a length in nanoseconds. */

typedef uint64_t ss_time;
typedef uint64_t ss_span;

#define SS_TIME_NEVER UINT64_MAX /* later than every instant: "no deadline" */
#define SS_NS(n)      ((ss_span)(n))
#define SS_US(n)      ((ss_span)(n)*1000u)
#define SS_MS(n)      ((ss_span)(n)*1000000u)
#define SS_S(n)       ((ss_span)(n)*1000000000u)

/** The instant `span` after `at`; SS_TIME_NEVER when that overflows or `at` is SS_TIME_NEVER. */
static inline ss_time ss_time_after(ss_time at, ss_span span)
{
    return span > SS_TIME_NEVER - at ? SS_TIME_NEVER : at + span;
}

static inline ss_time ss_time_earlier(ss_time a, ss_time b)
{
    return a < b ? a : b;
}

/* ---- status ------------------------------------------------------------------------------------------------------ */

#define SS_STATUS_LIST(X)                                   \
    X(SS_OK, "ok")                                          \
    X(SS_NONE, "not present")                               \
    X(SS_MORE, "more bytes needed; streams only")           \
    X(SS_ERR_SYNTAX, "bytes do not match the grammar")      \
    X(SS_ERR_SEMANTIC, "well formed, but not allowed here") \
    X(SS_ERR_STATE, "not possible in the current state")    \
    X(SS_ERR_FULL, "a fixed limit was reached")             \
    X(SS_ERR_MEMORY, "the host's store is exhausted: not a protocol answer, the run must end")
#define SS_STATUS_ID(id, text) id,
typedef enum ss_status { SS_STATUS_LIST(SS_STATUS_ID) SS_STATUS_COUNT } ss_status;

/** The identifier of a status ("SS_OK"), and its sentence. Static strings. */
const char *ss_status_name(ss_status status);
const char *ss_status_text(ss_status status);

/* ---- assertions --------------------------------------------------------------------------------------------------
 * What the programmer guarantees; on in every build. Bytes from the network never trip one. */

/** The host's hook: report and do not return. The one function that the stack leaves to its host. */
_Noreturn void ss_assert_failed(const char *condition, const char *file, int line);

#define SS_ASSERT(condition)                                  \
    do {                                                      \
        if (!(condition)) {                                   \
            ss_assert_failed(#condition, __FILE__, __LINE__); \
        }                                                     \
    } while (0)

/* ---- limits ------------------------------------------------------------------------------------------------------ */

#define SS_DATAGRAM_BYTES_MAX 65535u     /* RFC 768: length is 16 bits */
#define SS_MESSAGE_BYTES_MAX  65535u     /* largest message parsed; 513 beyond (RFC 3261 21.5.7) */
#define SS_STORE_BLOCK_MAX    (1u << 17) /* largest block of the store */

/* ---- slices ------------------------------------------------------------------------------------------------------
 * Borrowed bytes; not NUL-terminated. The empty slice may have a NULL `at`. */

typedef struct ss_slice {
    const char *at;
    size_t len;
} ss_slice;

#define SS_LIT(text) ((ss_slice){ (text), sizeof(text) - 1 })
#define SS_LIT_INIT(text)        \
    {                            \
        (text), sizeof(text) - 1 \
    } /* in the initialiser of a static table */
#define SS_EMPTY ((ss_slice){ NULL, 0 })

/** A NUL-terminated string as a slice; borrowed. */
static inline ss_slice ss_slice_from(const char *text)
{
    return (ss_slice){ text, strlen(text) };
}
/** Bytes [from, to) of a slice; from <= to <= len. */
static inline ss_slice ss_slice_cut(ss_slice s, size_t from, size_t to)
{
    SS_ASSERT(from <= to);
    SS_ASSERT(to <= s.len);
    return (ss_slice){ from == 0 ? s.at : s.at + from, to - from };
}
bool ss_slice_eq(ss_slice a, ss_slice b);
/** Equal but for the case of ASCII letters. */
bool ss_slice_eq_nocase(ss_slice a, ss_slice b);
/** <0, 0, >0 as memcmp would, shorter first. */
int ss_slice_compare(ss_slice a, ss_slice b);
bool ss_slice_starts(ss_slice s, ss_slice prefix);
/** Offset of the first `byte`, or s.len. */
size_t ss_slice_find(ss_slice s, char byte);
/** Without leading and trailing SP, HTAB, CR, LF. */
ss_slice ss_slice_trim(ss_slice s);
/** A decimal number that is the whole slice. SS_ERR_SYNTAX: empty, not digits, or more than `max`. */
SS_MUST_USE ss_status ss_slice_to_u64(ss_slice s, uint64_t max, uint64_t *value);

static inline char ss_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/** The value of a hexadecimal digit, in either case; -1: it is none. */
static inline int ss_hex_digit(char c)
{
    const char low = ss_lower(c);
    if (low >= '0' && low <= '9') {
        return low - '0';
    }
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/** The octet that a %HH at `at` stands for (RFC 3986 2.1); -1: there is none. */
static inline int ss_slice_escape(ss_slice s, size_t at)
{
    if (at >= s.len || s.len - at < 3 || s.at[at] != '%') {
        return -1;
    }
    const int high = ss_hex_digit(s.at[at + 1]), low = ss_hex_digit(s.at[at + 2]);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* ---- arena -------------------------------------------------------------------------------------------------------
 * Bump allocation in memory that the host lends. Everything taken dies together, when `used` is set back. */

typedef struct ss_arena {
    unsigned char *base; /* aligned for any type; owned by the host */
    size_t cap, used;    /* bytes */
} ss_arena;

/** `size` zeroed bytes aligned to `align` (a power of two), or NULL when the arena is full: return SS_ERR_FULL then. */
void *ss_arena_take(ss_arena *a, size_t size, size_t align);
#define SS_ARENA_NEW(arena, type) ((type *)ss_arena_take((arena), sizeof(type), _Alignof(type)))
#define SS_ARENA_ARRAY(arena, type, count) \
    ((type *)ss_arena_take((arena), sizeof(type) * (count), _Alignof(type)))
/** A copy of the bytes in the arena, with at = NULL and len = 0 when it is full and the input was not empty. */
ss_slice ss_arena_copy(ss_arena *a, ss_slice bytes);

/* ---- buffer ------------------------------------------------------------------------------------------------------
 * Where text is printed. Printing past the end writes nothing more and sets `overflow`, so that a whole message is
 * printed without a check per piece and judged once at its end. Never writes past `cap`. */

typedef struct ss_buffer {
    char *at;        /* borrowed */
    size_t cap, len; /* bytes */
    bool overflow;
} ss_buffer;

ss_buffer ss_buffer_on(void *memory, size_t cap);
/** The rest of an arena as a buffer; close it with ss_buffer_keep, before anything else is taken from the arena. */
ss_buffer ss_buffer_open(const ss_arena *a);
/** Take what was printed from the arena. The slice lives as long as the arena; SS_EMPTY when it overflowed. */
ss_slice ss_buffer_keep(ss_arena *a, const ss_buffer *b);
/** In line, as most of what is printed is known when the program is compiled. */
static inline void ss_put(ss_buffer *b, ss_slice bytes)
{
    if (b->overflow || bytes.len > b->cap - b->len) {
        b->overflow = true;
        return;
    }
    if (bytes.len > 0) {
        memcpy(b->at + b->len, bytes.at, bytes.len);
        b->len += bytes.len;
    }
}
static inline void ss_put_char(ss_buffer *b, char c)
{
    if (b->overflow || b->len == b->cap) {
        b->overflow = true;
        return;
    }
    b->at[b->len++] = c;
}
static inline void ss_put_text(ss_buffer *b, const char *text)
{
    ss_put(b, ss_slice_from(text));
}
void ss_put_u64(ss_buffer *b, uint64_t value);
/** Lower-case hexadecimal, exactly `digits` of them (1..16). */
void ss_put_hex(ss_buffer *b, uint64_t value, unsigned digits);
static inline ss_slice ss_buffer_slice(const ss_buffer *b)
{
    return (ss_slice){ b->at, b->len };
}

/* ---- mixing, hashing, entropy: rng/1 -----------------------------------------------------------------------------
 * The one generator of the project, frozen: its known answers are in tests/unit/base/test_entropy.c. Counter-based:
 * the value of a draw depends on its key words alone, never on how many draws were made before it. */

/** A bijection of 64 bits whose every output bit depends on every input bit. */
static inline uint64_t ss_mix64(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/** The state `h` after absorbing the word `w`; order matters. */
static inline uint64_t ss_mix_absorb(uint64_t h, uint64_t w)
{
    return ss_mix64((h ^ (w * 0x9e3779b97f4a7c15u)) + 0xd1b54a32d192ed03u);
}

/** 64 bits from bytes under a seed; the same on every machine. Not for secrets. */
uint64_t ss_hash64(uint64_t seed, ss_slice bytes);

static inline uint64_t ss_rotate_left(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

/** ss_hash64 word by word: little-endian words of 8 bytes go to its two lanes in turn, the even one first. */
typedef struct ss_hash_state {
    uint64_t even, odd;
} ss_hash_state;
static inline ss_hash_state ss_hash_begin(uint64_t seed)
{
    return (ss_hash_state){ .even = seed ^ 0x9e3779b97f4a7c15u,
                            .odd = ss_rotate_left(seed, 32) ^ 0xd1b54a32d192ed03u };
}
static inline void ss_hash_even(ss_hash_state *h, uint64_t word)
{
    h->even = ss_rotate_left((h->even ^ word) * 0xbf58476d1ce4e5b9u, 29);
}
static inline void ss_hash_odd(ss_hash_state *h, uint64_t word)
{
    h->odd = ss_rotate_left((h->odd ^ word) * 0x94d049bb133111ebu, 31);
}
/** `len`: bytes that were given to both. */
static inline uint64_t ss_hash_end(const ss_hash_state *h, size_t len)
{
    return ss_mix_absorb(ss_mix_absorb(h->even, h->odd), len);
}

/** 128 bits. Equal keys are taken for equal bytes (docs/decisions/0003). */
typedef struct ss_key128 {
    uint64_t lo, hi;
} ss_key128;

/** ss_hash64 in `lo`, and as much again of the 128 bits that it was mixed from in `hi`. */
ss_key128 ss_hash128(uint64_t seed, ss_slice bytes);
static inline ss_key128 ss_key_absorb(ss_key128 key, ss_key128 more)
{
    return (ss_key128){ .lo = ss_mix_absorb(key.lo, more.lo),
                        .hi = ss_mix_absorb(key.hi, more.hi) };
}

/** An engine's own source of tags, branches, Call-IDs. `key` comes from the host's draws. */
typedef struct ss_entropy {
    uint64_t key;
    uint64_t ordinal; /* draws made */
} ss_entropy;

uint64_t ss_entropy_next(ss_entropy *e);

/* ---- store -------------------------------------------------------------------------------------------------------
 * Fixed-size blocks in one region that the host lends, shared by the engines of a partition. A position is 32 bits,
 * in units of 8 bytes; 0 is none. Sizes are rounded up to a class; the giver says the size it took. */

typedef uint32_t ss_ref;

enum { SS_STORE_CLASSES = 52 };

typedef struct ss_store {
    unsigned char *base;              /* 16-byte aligned; owned by the host */
    uint64_t cap, used;               /* bytes; used never shrinks */
    uint64_t live_bytes, live_blocks; /* given back ones taken off */
    ss_ref free_list[SS_STORE_CLASSES];
} ss_store;

/** `base` 16-byte aligned and zeroed or not; at most 32 GiB. */
void ss_store_init(ss_store *s, void *base, uint64_t cap);
/** Bytes of any number, for good and not zeroed, 16-byte aligned; 0 when the store is exhausted. */
ss_ref ss_store_carve(ss_store *s, uint64_t bytes);
/** A zeroed block of at least `size` bytes (1..SS_STORE_BLOCK_MAX), 16-byte aligned; 0 when the store is exhausted. */
ss_ref ss_store_take(ss_store *s, size_t size);
/** Give back a block taken with the same `size`. */
void ss_store_give(ss_store *s, ss_ref ref, size_t size);
/** Bytes that a block taken with `size` really occupies. */
size_t ss_store_rounded(size_t size);
static inline void *ss_store_at(const ss_store *s, ss_ref ref)
{
    SS_ASSERT(ref != 0);
    return s->base + (uint64_t)ref * 8u;
}
/** The position of something inside a block: 8-byte aligned. */
static inline ss_ref ss_store_ref(const ss_store *s, const void *inside)
{
    return (ss_ref)((uint64_t)((const unsigned char *)inside - s->base) / 8u);
}

/** Bytes kept in the store: an exact-size copy. */
typedef struct ss_blob {
    ss_ref ref;
    uint32_t len;
} ss_blob;

static inline ss_slice ss_blob_slice(const ss_store *s, ss_blob b)
{
    return b.ref == 0 ? SS_EMPTY : (ss_slice){ ss_store_at(s, b.ref), b.len };
}

/* ---- table -------------------------------------------------------------------------------------------------------
 * A hash table over objects in the store, keyed by (engine, 128-bit key). The object's first member is its link. The
 * table is for finding only: it is never walked, so its order reaches nothing. */

typedef struct ss_table_link {
    ss_key128 key;
    uint32_t engine;
    ss_ref next;
} ss_table_link;

typedef struct ss_table {
    ss_ref buckets; /* position of an array of ss_ref, `mask` + 1 of them */
    uint32_t mask;
    uint32_t count;
} ss_table;

/** `expected` live objects; the bucket array is a power of two near it, from the store. SS_ERR_MEMORY when exhausted. */
SS_MUST_USE ss_status ss_table_init(ss_table *t, ss_store *s, uint64_t expected);
/** link->key and link->engine are set by the caller. The same key may stand twice; find gives the newest. */
void ss_table_add(ss_table *t, ss_store *s, ss_table_link *link);
void ss_table_remove(ss_table *t, ss_store *s, ss_table_link *link);
/** NULL when absent. */
ss_table_link *ss_table_find(const ss_table *t, const ss_store *s, uint32_t engine, ss_key128 key);
/** The next older object of the same key and engine, or NULL. */
ss_table_link *ss_table_find_next(const ss_store *s, const ss_table_link *link);

/* ---- timers ------------------------------------------------------------------------------------------------------
 * One priority queue per engine over timers that live inside objects of the store. Order: instant, then the order in
 * which they were armed. */

typedef struct ss_timer {
    ss_time at;               /* SS_TIME_NEVER when not armed */
    uint64_t armed;           /* tie break: order of arming */
    ss_ref child, next, prev; /* pairing heap; prev is the parent for a first child */
    uint32_t kind;            /* the owner's: which object this is part of */
} ss_timer;

typedef struct ss_timer_queue {
    ss_ref root;
    uint32_t count;
    uint64_t armed;
} ss_timer_queue;

/** A timer never armed before: must be called once on zeroed memory before the others. */
static inline void ss_timer_init(ss_timer *t, uint32_t kind)
{
    t->at = SS_TIME_NEVER;
    t->kind = kind;
}
/** Arm or re-arm; SS_TIME_NEVER disarms. */
void ss_timer_set(ss_timer_queue *q, ss_store *s, ss_timer *t, ss_time at);
/** The next deadline, SS_TIME_NEVER when idle. */
ss_time ss_timer_next(const ss_timer_queue *q, const ss_store *s);
/** Take the earliest timer with at <= now (disarmed on return), or NULL. */
ss_timer *ss_timer_pop(ss_timer_queue *q, ss_store *s, ss_time now);

/* ---- token buckets ----------------------------------------------------------------------------------------------- */

/** So many tokens at most; one comes back in each interval. Interval 0: there is no limit; SS_TIME_NEVER: none ever comes back. */
typedef struct ss_rate {
    ss_span interval;
    uint32_t burst;
} ss_rate;

/** Zeroed it is full. */
typedef struct ss_bucket {
    ss_time at;
    uint32_t used; /* tokens that are out */
} ss_bucket;

/** Take one. False: there is none, and nothing changed but for what came back. Instants do not go backwards. */
bool ss_bucket_take(ss_bucket *b, ss_rate rate, ss_time now);
/** Nothing is out: it says as much as a zeroed one. */
bool ss_bucket_is_full(const ss_bucket *b, ss_rate rate, ss_time now);

/** The object around a member: SS_OWNER(timer, ss_txn, timer). */
#define SS_OWNER(member_pointer, type, member) \
    ((type *)(void *)((char *)(member_pointer)-offsetof(type, member)))

#endif
