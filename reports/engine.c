/* engine.json: what this very run took on this very machine. The one file that may differ between two equal runs, and
 * so the only one with a clock or a compiler in it.
 */
#include "rp/results.h"

uint64_t rp_per_second(uint64_t count, uint64_t ns)
{
    if (ns == 0) {
        return 0;
    }
    if (count > UINT64_MAX / 1000000000u) {
        return count / ns * 1000000000u;
    }
    return count * 1000000000u / ns;
}

void rp_engine_write(rp_json *j, const rp_run *run, const rp_engine *engine)
{
    rp_json_open(j, '{');
    rp_json_key_text(j, "schema", "sipsim.engine/1");
    rp_json_key_text(j, "version", run->version);
    rp_json_key_text(j, "commit", engine->commit);
    rp_json_key_text(j, "compiler", engine->compiler);
    rp_json_key_text(j, "build", engine->build);
    rp_json_key_bool(j, "sanitized", engine->sanitized);
    rp_json_key_text(j, "file", run->file);
    rp_json_key_text(j, "replay", run->replay);
    rp_json_key_u64(j, "partitions", engine->partitions);
    rp_json_key_u64(j, "wall_ns", engine->wall_ns);
    rp_json_key_u64(j, "run_ns", engine->run_ns);
    rp_json_key_u64(j, "virtual_ns", run->end);
    rp_json_key_u64(j, "events", engine->events);
    rp_json_key_u64(j, "events_per_s", rp_per_second(engine->events, engine->run_ns));
    rp_json_key_u64(j, "facts", sn_meter_read(run->meter, 0)->facts);
    rp_json_key_u64(j, "peak_rss_bytes", engine->peak_rss_bytes);
    rp_json_key_u64(j, "world_bytes", engine->world_bytes);
    rp_json_key_u64(j, "growths", engine->growths);
    rp_json_close(j);
}
