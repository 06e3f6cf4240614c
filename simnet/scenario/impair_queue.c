/* queue: "100 packets", "64KB", none: how much may wait for the rate; or {limit: 64KB, policy: codel}, which also says what is dropped. */
#include "impairments.h"

/* ---- "100 packets", "64KB" ---- */

typedef struct amount {
    uint32_t count; /* 0: none */
    bool in_bytes;
} amount;

bool sn_count_of_packets(ss_slice text, ss_slice *number)
{
    static const char *const units[] = { "packets", "packet" };
    for (size_t i = 0; i < SS_COUNT(units); i++) {
        const ss_slice u = ss_slice_from(units[i]);
        if (text.len > u.len && ss_slice_eq(ss_slice_cut(text, text.len - u.len, text.len), u)) {
            *number = ss_slice_trim(ss_slice_cut(text, 0, text.len - u.len));
            return true;
        }
    }
    return false;
}

static void read_amount(sn_reading *r, const sn_item *value, void *at)
{
    amount *read = at;
    sn_flaw flaw;
    ss_slice number = SS_EMPTY;
    uint64_t count = 0;
    if (!sn_value_is_scalar(r, value, "a number of packets, or a size")) {
        return;
    }
    if (sn_value_is_none(value)) {
        *read = (amount){ 0 };
        return;
    }
    const bool packets = sn_count_of_packets(value->text, &number);
    if (!(packets ? sn_quantity_count(number, &count, &flaw)
                  : sn_quantity_bytes(value->text, &count, &flaw))) {
        if (!packets && flaw.length == value->text.len && flaw.suggestion == NULL &&
            value->text.at[0] != '-') {
            flaw.message = "missing unit: write 100 packets or 64KB";
        }
        sn_value_flaw(r, value, &flaw);
    } else if (count == 0 || count > UINT32_MAX) {
        sn_wrong(r, value->place, NULL, "'%s': out of range: 1 to %u", sn_shown(r, value->text),
                 UINT32_MAX);
    } else {
        *read = (amount){ (uint32_t)count, !packets };
    }
}

static bool write_amount(sn_text *t, const void *at)
{
    const amount *written = at;
    if (written->count == 0) {
        sn_text_put_str(t, "none");
        return true;
    }
    sn_text_put_u64(t, written->count);
    sn_text_put_str(t, written->in_bytes ? "B" : " packets");
    return true;
}

static const sn_codec amount_codec = { read_amount, write_amount };

/* ---- the mapping ---- */

typedef struct queue_record {
    amount limit, min, max;
    unsigned policy;
    sn_prob p;
    uint32_t weight;
    ss_span target, interval;
    bool ecn;
} queue_record;

/* In the order of sn_queue_policy. */
static const char *const policy_words[] = {
#define POLICY_WORD(name, word) word,
    SN_QUEUE_LIST(POLICY_WORD) NULL
};
#define OF_RED   (1u << SN_QUEUE_RED)
#define OF_CODEL (1u << SN_QUEUE_CODEL)

#define QUEUE(member) .offset = offsetof(queue_record, member)

static const sn_field queue_fields[] = {
    { .key = "policy", .kind = SN_VALUE_WORD, QUEUE(policy), .words = policy_words },
    { .key = "limit", .kind = SN_VALUE_SPECIAL, QUEUE(limit), .codec = &amount_codec },
    { .key = "min", .kind = SN_VALUE_SPECIAL, QUEUE(min), .codec = &amount_codec, .who = OF_RED },
    { .key = "max", .kind = SN_VALUE_SPECIAL, QUEUE(max), .codec = &amount_codec, .who = OF_RED },
    { .key = "p", .kind = SN_VALUE_PROB, QUEUE(p), .who = OF_RED },
    { .key = "weight",
      .kind = SN_VALUE_COUNT,
      QUEUE(weight),
      .max = SN_RED_WEIGHT_MAX,
      .who = OF_RED },
    { .key = "target",
      .kind = SN_VALUE_TIME,
      QUEUE(target),
      .min = 1,
      .max = SN_CODEL_INTERVAL_MAX,
      .who = OF_CODEL },
    { .key = "interval",
      .kind = SN_VALUE_TIME,
      QUEUE(interval),
      .min = 1,
      .max = SN_CODEL_INTERVAL_MAX,
      .who = OF_CODEL },
    { .key = "ecn", .kind = SN_VALUE_BOOL, QUEUE(ecn), .who = OF_RED | OF_CODEL },
};
static const sn_fields queue_table = { "queue", queue_fields, SS_COUNT(queue_fields),
                                       policy_words };

/* RFC 8289 says what CoDel's are by default; a packet in fifty and 2^-9 is what RED usually has. */
static queue_record defaults(void)
{
    return (queue_record){
        .p = (SN_ALWAYS * 2 + 50) / 100, .weight = 9, .target = SS_MS(5), .interval = SS_MS(100)
    };
}

static void judge_red(sn_reading *r, const sn_item *value, const queue_record *q)
{
    if (q->min.count == 0 || q->max.count == 0) {
        sn_wrong(r, value->place, NULL, "red needs 'min' and 'max', as 5 packets or 10KB");
    } else if (q->min.in_bytes != q->max.in_bytes) {
        sn_wrong(r, sn_item_place(value, "max"), NULL,
                 "'min' and 'max' are both packets or both sizes");
    } else if (q->min.count >= q->max.count) {
        sn_wrong(r, sn_item_place(value, "max"), NULL, "'max' is not more than 'min'");
    }
}

static void judge(sn_reading *r, const sn_item *value, const queue_record *q)
{
    if (q->policy == SN_QUEUE_RED) {
        judge_red(r, value, q);
    } else if (q->policy == SN_QUEUE_HEAD && q->limit.count == 0) {
        sn_wrong(r, value->place, NULL, "head drop needs a 'limit': else nothing is dropped");
    } else if (q->policy == SN_QUEUE_CODEL && q->target >= q->interval) {
        sn_wrong(r, sn_item_place(value, "target"), NULL, "'target' is not less than 'interval'");
    }
}

/* What may stand there follows from the policy, wherever that stands. */
static unsigned policy_of(const sn_item *value)
{
    const sn_pair *pair = sn_item_pair(value, "policy");
    for (unsigned i = 0; pair != NULL && i < SN_QUEUE_POLICIES; i++) {
        if (pair->value->kind == SN_ITEM_SCALAR &&
            ss_slice_eq(pair->value->text, ss_slice_from(policy_words[i]))) {
            return i;
        }
    }
    return SN_QUEUE_TAIL;
}

static sn_link_queue link_queue_of(const queue_record *q)
{
    return (sn_link_queue){ .policy = (sn_queue_policy)q->policy,
                            .packets = q->limit.in_bytes ? 0 : q->limit.count,
                            .bytes = q->limit.in_bytes ? q->limit.count : 0,
                            .red = { q->min.count, q->max.count, q->min.in_bytes, q->p, q->weight },
                            .codel = { q->target, q->interval },
                            .ecn = q->ecn };
}

static void read_queue(sn_reading *r, const sn_item *value, void *at)
{
    queue_record read = defaults();
    const uint64_t before = r->mistake_count;
    if (value->kind != SN_ITEM_MAP) {
        read_amount(r, value, &read.limit);
    } else if (sn_fields_read(r, &queue_table, 1u << policy_of(value), value, &read) &&
               r->mistake_count == before) {
        judge(r, value, &read);
    }
    if (r->mistake_count == before) {
        *(sn_link_queue *)at = link_queue_of(&read);
    }
}

static bool write_queue(sn_text *t, const void *at)
{
    const sn_link_queue *q = at;
    const queue_record written = {
        .limit = { q->bytes != 0 ? q->bytes : q->packets, q->bytes != 0 },
        .min = { q->red.min, q->red.in_bytes },
        .max = { q->red.max, q->red.in_bytes },
        .policy = q->policy,
        .p = q->red.p,
        .weight = q->red.weight,
        .target = q->codel.target,
        .interval = q->codel.interval,
        .ecn = q->ecn,
    };
    if (q->policy == SN_QUEUE_TAIL) {
        return write_amount(t, &written.limit);
    }
    sn_fields_write(t, &queue_table, 1u << q->policy, &written);
    return true;
}

const sn_codec sn_codec_queue = { read_queue, write_queue };
