package io.heddle.runtime.communication;

import io.heddle.plan.marker.Api;

/**
 * What one sort of communication took of a rank's time, ns, unsigned.
 *
 * @param busy it held the communication lane
 * @param exposed it did, and the compute lane was idle
 */
@Api
public record CommunicationTime(Communication what, long busy, long exposed) {}
