package io.heddle.site;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a link leads.
 *
 * @param path as seen from the folder of the project
 * @param anchor of a heading there; empty where the whole file is meant
 */
record Target(Path path, String anchor) {
  /** The target of a link within the project; empty if it leads into the web. */
  static Optional<Target> of(Page from, String link) {
    if (link.contains("://") || link.startsWith("mailto:")) {
      return Optional.empty();
    }
    int hash = link.indexOf('#');
    String file = hash < 0 ? link : link.substring(0, hash);
    Path path = file.isEmpty() ? from.path() : from.path().resolveSibling(file).normalize();
    return Optional.of(new Target(path, hash < 0 ? "" : link.substring(hash + 1)));
  }
}
