/* profile: links by name, in netem's words: what such a link may well do, to begin with and to be changed key by key. */
#include "impairments.h"

#include "sn/scenario.h"

typedef struct profile {
    const char *name;
    const char *up, *down; /* NULL: as up */
    uint32_t mtu;
} profile;

static const profile profiles[] = {
    { "lan", "delay 200us 50us distribution normal rate 1gbit", NULL, 1500 },
    { "dsl", "delay 12ms 2ms distribution normal loss 0.05% rate 2mbit 18 48 5",
      "delay 12ms 2ms distribution normal loss 0.05% rate 16mbit 18 48 5", 1492 },
    { "wifi_good", "delay 2ms 1ms distribution pareto loss 0.1% 25% rate 80mbit", NULL, 1500 },
    { "wifi_bad",
      "delay 8ms 12ms distribution paretonormal loss gemodel 2% 25% 60% 0.2% rate 6mbit", NULL,
      1500 },
    { "umts",
      "delay 60ms 15ms distribution normal loss gemodel 0.5% 30% 50% rate 384kbit slot 10ms "
      "packets 8",
      "delay 60ms 15ms distribution normal loss gemodel 0.5% 30% 50% rate 2mbit", 1500 },
    { "lte", "delay 25ms 6ms distribution paretonormal loss 0.1% 20% rate 10mbit",
      "delay 20ms 5ms distribution paretonormal loss 0.1% 20% rate 40mbit", 1500 },
    { "leo", "delay 22ms 6ms distribution normal loss gemodel 0.3% 15% 40% rate 15mbit",
      "delay 22ms 6ms distribution normal loss gemodel 0.3% 15% 40% rate 120mbit", 1500 },
    { "geo", "delay 270ms 8ms distribution normal loss 0.2% rate 3mbit",
      "delay 270ms 8ms distribution normal loss 0.2% rate 25mbit", 1500 },
    { "tunnel", "delay 15ms 1ms distribution normal", NULL, 1280 },
};

static const profile *find(sn_reading *r, const sn_item *value)
{
    const char *names[SS_COUNT(profiles) + 1] = { NULL };
    unsigned index = 0;
    for (size_t i = 0; i < SS_COUNT(profiles); i++) {
        names[i] = profiles[i].name;
    }
    return sn_value_word(r, value, names, &index) ? &profiles[index] : NULL;
}

void sn_profile_read(sn_reading *r, const sn_item *value, sn_link_params *up, sn_link_params *down)
{
    const profile *p = find(r, value);
    if (p == NULL) {
        return;
    }
    const char *const texts[] = { p->up, p->down == NULL ? p->up : p->down };
    sn_link_params *const links[] = { up, down };
    for (unsigned i = 0; i < 2; i++) {
        sn_item text = *value;
        text.text = ss_slice_from(texts[i]);
        sn_netem_read(r, &text, links[i]);
        links[i]->mtu = p->mtu;
    }
}

const char *sn_scenario_profile(unsigned nth, const char **says)
{
    if (nth >= SS_COUNT(profiles)) {
        return NULL;
    }
    *says = profiles[nth].down == NULL ? profiles[nth].up : profiles[nth].down;
    return profiles[nth].name;
}
