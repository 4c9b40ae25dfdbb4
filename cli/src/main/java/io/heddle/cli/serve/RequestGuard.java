package io.heddle.cli.serve;

import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Lets only the page itself through: the right host, so that no foreign name can be bound to this
 * address; no foreign origin; the token; no body, for nothing here takes one.
 */
final class RequestGuard extends Handler.Wrapper {
  /** Addresses in digits: no name server answers for them. */
  private static final Pattern DIGITS = Pattern.compile("[0-9.]+|\\[[0-9a-f:.]+]");

  private final AccessToken token;
  private final String named;
  private final boolean isLocal;
  private final RefusalLog log;

  /**
   * @param named host that the server was told to listen at
   * @param isLocal whether nobody but this machine reaches it
   */
  RequestGuard(Handler guarded, AccessToken token, String named, boolean isLocal, RefusalLog log) {
    super(guarded);
    this.token = token;
    this.named = named.toLowerCase(Locale.ROOT);
    this.isLocal = isLocal;
    this.log = log;
  }

  private record Refusal(int status, String why) {}

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    harden(request, response);
    Optional<Refusal> refusal = refusal(request);
    if (refusal.isEmpty()) {
      return super.handle(request, response, callback);
    }
    log.add(
        "refused %s: %s"
            .formatted(
                request.getConnectionMetaData().getRemoteSocketAddress(), refusal.get().why()));
    response.setStatus(refusal.get().status());
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, 0);
    response.getHeaders().put(HttpHeader.CONNECTION, "close");
    callback.succeeded();
    return true;
  }

  private static void harden(Request request, Response response) {
    String host = String.valueOf(request.getHeaders().get(HttpHeader.HOST));
    response
        .getHeaders()
        .put(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:;"
                + " connect-src 'self'"
                + (isPlain(host) ? " ws://" + host : "")
                + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
        .put("X-Content-Type-Options", "nosniff")
        .put("X-Frame-Options", "DENY")
        .put("Referrer-Policy", "no-referrer")
        .put("Cross-Origin-Opener-Policy", "same-origin")
        .put("Cross-Origin-Resource-Policy", "same-origin")
        .put("Cache-Control", "no-store");
  }

  /** Whether a host can stand in a policy as it is. */
  private static boolean isPlain(String host) {
    return host.matches("[A-Za-z0-9.:\\[\\]-]+");
  }

  private Optional<Refusal> refusal(Request request) {
    String host = request.getHeaders().get(HttpHeader.HOST);
    if (host == null || !isOwn(host, request)) {
      return refuse(HttpStatus.MISDIRECTED_REQUEST_421, "host " + host);
    }
    boolean isUpgrade = request.getHeaders().contains(HttpHeader.UPGRADE);
    String origin = request.getHeaders().get(HttpHeader.ORIGIN);
    if (origin == null ? isUpgrade : !origin.equals("http://" + host)) {
      return refuse(HttpStatus.FORBIDDEN_403, "origin " + origin);
    }
    String site = request.getHeaders().get("Sec-Fetch-Site");
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      return refuse(HttpStatus.FORBIDDEN_403, "asked for by another site");
    }
    if (!request.getMethod().equals("GET")) {
      return refuse(HttpStatus.METHOD_NOT_ALLOWED_405, "method " + request.getMethod());
    }
    if (hasBody(request)) {
      return refuse(HttpStatus.PAYLOAD_TOO_LARGE_413, "a body");
    }
    if (!token.is(firstWord(request))) {
      return refuse(HttpStatus.FORBIDDEN_403, "no token, or another");
    }
    return Optional.empty();
  }

  private static Optional<Refusal> refuse(int status, String why) {
    return Optional.of(new Refusal(status, why));
  }

  private static boolean hasBody(Request request) {
    HttpField length = request.getHeaders().getField(HttpHeader.CONTENT_LENGTH);
    return request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)
        || (length != null && !"0".equals(length.getValue()));
  }

  private boolean isOwn(String host, Request request) {
    int port =
        request.getConnectionMetaData().getLocalSocketAddress() instanceof InetSocketAddress local
            ? local.getPort()
            : 0;
    String lower = host.toLowerCase(Locale.ROOT);
    String suffix = ":" + port;
    if (!lower.endsWith(suffix)) {
      return false;
    }
    String name = lower.substring(0, lower.length() - suffix.length());
    return name.equals("localhost")
        || name.equals("127.0.0.1")
        || name.equals("[::1]")
        || name.equals(named)
        || (!isLocal && DIGITS.matcher(name).matches());
  }

  /** What stands between the first two slashes of the path. */
  private static String firstWord(Request request) {
    String path = path(request);
    int end = path.indexOf('/', 1);
    return end < 0 ? "" : path.substring(1, end);
  }

  private static String path(Request request) {
    @Nullable String path = request.getHttpURI().getPath();
    return Objects.requireNonNullElse(path, "");
  }

  /** What is asked for, behind the token. */
  static String wanted(Request request) {
    String path = path(request);
    return path.substring(path.indexOf('/', 1) + 1);
  }
}
