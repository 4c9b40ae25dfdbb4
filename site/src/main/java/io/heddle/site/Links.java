package io.heddle.site;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds links that lead nowhere. Links into the web are not followed. */
final class Links {
  private Links() {}

  /** The links of pages that lead to no file or to no heading, with the page that has them. */
  static List<String> broken(Path root, List<Page> pages) {
    Map<Path, Set<String>> anchors = new LinkedHashMap<>();
    pages.forEach(page -> anchors.put(page.path(), page.anchors()));
    List<String> broken = new ArrayList<>();
    for (Page page : pages) {
      for (String link : page.links()) {
        Optional<Target> target = Target.of(page, link);
        if (target.isPresent() && !exists(root, target.get(), anchors)) {
          broken.add(page.path() + ": " + link);
        }
      }
    }
    return broken;
  }

  private static boolean exists(Path root, Target target, Map<Path, Set<String>> anchors) {
    if (!Files.exists(root.resolve(target.path()))) {
      return false;
    }
    return target.anchor().isEmpty()
        || anchors.getOrDefault(target.path(), Set.of()).contains(target.anchor());
  }
}
