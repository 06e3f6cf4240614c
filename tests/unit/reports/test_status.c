/* Exit statuses and their weight (design 4). */
#include "check.h"
#include "rp/status.h"

TEST(status_worst_goes_by_weight_not_by_number)
{
    static const int by_weight[] = { 7, 4, 6, 1, 5, 9, 8, 11 };
    rp_status_set set = 0;
    CHECK_EQ(rp_status_worst(set), RP_OK);
    for (size_t i = SS_COUNT(by_weight); i-- > 0;) {
        rp_status status = 0;
        while (rp_status_exit(status) != by_weight[i]) {
            status++;
        }
        set |= rp_status_bit(status);
        CHECK_EQ(rp_status_exit(rp_status_worst(set)), by_weight[i]);
    }
}

TEST(status_numbers_are_those_of_the_design)
{
    CHECK_EQ(rp_status_exit(RP_OK), 0);
    CHECK_EQ(rp_status_exit(RP_USAGE), 2);
    CHECK_EQ(rp_status_exit(RP_SCENARIO), 3);
    CHECK_EQ(rp_status_exit(RP_UNSUPPORTED), 75);
    CHECK_EQ(rp_status_bit(RP_OK), 0);
    CHECK_STR(rp_status_word(RP_INTERRUPTED), "interrupted");
}
