package io.heddle.runtime.astrasim;

import io.heddle.plan.marker.Api;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a plan comes from, told in manifests so that it can be had again.
 *
 * @param heddle version
 * @param input hash of the specification
 * @param settings given in place of what the plan says, such as {@code tp=4}
 * @param sources texts of the specification and of what it imports, by their paths as seen from the
 *     folder of the specification, which is the first
 */
@Api
public record Provenance(
    String heddle, String input, List<String> settings, Map<String, String> sources) {
  /** Of a plan of which nobody says where it comes from. */
  public static final Provenance NONE = new Provenance("", "", List.of(), Map.of());

  public Provenance {
    settings = List.copyOf(settings);
    sources = Collections.unmodifiableMap(new LinkedHashMap<>(sources));
  }
}
