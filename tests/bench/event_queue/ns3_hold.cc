// The same hold model on ns-3: ns3_hold SCHEDULER PENDING PARKED HOLDS. Prints nanoseconds of CPU a hold.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "ns3/core-module.h"

using namespace ns3;

static uint64_t state = 88172645463325252u, left, span;

static uint64_t draw()
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void fire()
{
    if (left == 0) {
        Simulator::Stop();
        return;
    }
    left--;
    Simulator::Schedule(NanoSeconds(1 + draw() % span), &fire);
}

static double now_ns()
{
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        return 2;
    }
    ObjectFactory factory;
    factory.SetTypeId(argv[1]);
    Simulator::SetScheduler(factory);
    const uint64_t pending = strtoull(argv[2], nullptr, 10), parked = strtoull(argv[3], nullptr, 10);
    const uint64_t holds = left = strtoull(argv[4], nullptr, 10);
    span = parked > 0 ? 20000000 : 2000000000;
    for (uint64_t i = 0; i < parked; i++) {
        Simulator::Schedule(NanoSeconds(3600000000000 + draw() % 60000000000), &fire);
    }
    for (uint64_t i = 0; i < pending; i++) {
        Simulator::Schedule(NanoSeconds(1 + draw() % span), &fire);
    }
    const double began = now_ns();
    Simulator::Run();
    printf("%.1f\n", (now_ns() - began) / holds);
}
