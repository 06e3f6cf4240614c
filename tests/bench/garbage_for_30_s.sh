#!/usr/bin/env bash
# tests/live/garbage.sh for 30 s at each port and by each transport, as fast as one sender can: nothing crashes, nothing grows past its
# limits, and a valid call goes through afterwards.
export GARBAGE_SECONDS=30
exec "$SOURCE_DIR/tests/live/garbage.sh"
