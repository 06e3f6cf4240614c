/* The shipped stories of ways that carry less, or nothing, than one thinks, one case each: golden ladders, and the laws under a hundred orders (flow.h). */
#include "check.h"
#include "flow.h"

/* RFC8899:4.3 RFC3261:18.1.1 */
TEST(probes_find_a_black_hole_and_tcp_leads_around_it)
{
    flow_check("shipped/path_mtu_probed", NULL);
}

TEST(partitions_part_who_shares_the_links_of_others)
{
    flow_check("shipped/partitions", NULL);
}
