package io.heddle.cli.html;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Properties;

/** What is written into every page: scripts and their hashes, style. */
final class PageScript {
  private static final String ECHARTS =
      "/META-INF/resources/webjars/echarts/%s/dist/echarts.min.js";

  private PageScript() {}

  /** The library that draws charts. */
  static String charts() {
    Properties properties = new Properties();
    try (InputStream in = open(PageScript.class, "libraries.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text(ECHARTS.formatted(properties.getProperty("echarts")));
  }

  /** A resource beside this class, or with a path from the root of the class path. */
  static String text(String resource) {
    return text(PageScript.class, resource);
  }

  /** A resource beside a class, or with a path from the root of the class path. */
  static String text(Class<?> beside, String resource) {
    try (InputStream in = open(beside, resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(Class<?> beside, String resource) {
    InputStream in = beside.getResourceAsStream(resource);
    if (in == null) {
      throw new IllegalStateException(resource + " is missing");
    }
    return in;
  }

  /** By what a content security policy names an inline script: it may run, and no other. */
  static String hash(String script) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
