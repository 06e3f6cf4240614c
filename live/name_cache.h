/* Replies of the DNS, kept for as long as they say: RFC 1035 7.4; negative ones by RFC 2308 5. */
#ifndef NAME_CACHE_H
#define NAME_CACHE_H

#include "ss/base.h"

enum {
    SL_CACHE_ENTRIES = 1024,
    SL_CACHE_REPLY_MAX = 4096, /* bytes; what is longer is not kept */
    SL_CACHE_NAME_MAX = 300
};

typedef struct sl_name_cache sl_name_cache;
/** NULL without memory. */
sl_name_cache *sl_name_cache_new(void);
/** NULL is fine. */
void sl_name_cache_free(sl_name_cache *c);
/** A reply to a question; copied, or forgotten at once when its records say so, it is damaged, or there is no memory. */
void sl_name_cache_keep(sl_name_cache *c, ss_time now, ss_slice name, unsigned type,
                        ss_slice reply);
/** The reply that is still good, until the next call of any; empty: none. */
ss_slice sl_name_cache_find(sl_name_cache *c, ss_time now, ss_slice name, unsigned type);
/** How many are kept, good or not any more. */
uint32_t sl_name_cache_count(const sl_name_cache *c);

#endif
