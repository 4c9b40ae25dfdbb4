package io.heddle.cli.option;

import io.heddle.cli.cache.Cache;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether what was worked out before may be used again. */
public final class CacheOptions {
  private static final String VARIABLE = "XDG_CACHE_HOME";

  @Option(names = "--no-cache", description = "Ignore the cache: neither read nor write it.")
  private boolean none;

  /** The user's cache, or none. */
  public Cache cache() {
    return none ? Cache.none() : ofUser();
  }

  /** The user's cache folder, as freedesktop.org's Base Directory Specification has it. */
  public static Cache ofUser() {
    return folder(System.getenv(VARIABLE), System.getProperty("user.home"))
        .map(Cache::in)
        .orElseGet(Cache::none);
  }

  /**
   * The folder.
   *
   * @param variable a relative path in it does not count
   * @param home may be unknown
   */
  public static Optional<Path> folder(@Nullable String variable, @Nullable String home) {
    if (variable != null && Path.of(variable).isAbsolute()) {
      return Optional.of(Path.of(variable, "heddle"));
    }
    return home != null && Path.of(home).isAbsolute()
        ? Optional.of(Path.of(home, ".cache", "heddle"))
        : Optional.empty();
  }
}
