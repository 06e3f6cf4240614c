/* Whether a metric stands as a scenario expects. What was never measured meets no expectation. */
#include "sn/judge.h"

bool sn_expect_holds(const sn_expect *e, const sn_metrics *m, bool *is_null, uint64_t *value)
{
    *value = 0;
    *is_null = !sn_metric_value(m, e->metric, value);
    if (*is_null) {
        return false;
    }
    switch (e->compare) {
    case SN_LT:
        return *value < e->bound;
    case SN_LE:
        return *value <= e->bound;
    case SN_EQ:
        return *value == e->bound;
    case SN_NE:
        return *value != e->bound;
    case SN_GE:
        return *value >= e->bound;
    default:
        return *value > e->bound;
    }
}
