# A cache for large audiences. Start Varnish with -p thread_queue_limit=N, where N is the number of viewers.
# With the default of 20, Varnish closes connections when many viewers get an answer at once.
vcl 4.1;

backend default {
  .host = "127.0.0.1";
  .port = "9876";
  # The relay may take 25 s to answer.
  .first_byte_timeout = 60s;
}

sub vcl_recv {
  # Neither streams nor sockets, so that viewers use the cache. Hosts need another name.
  if (req.http.Upgrade) {
    return (synth(426));
  }
  if (req.url ~ "^(/s/[^/?]+)?/stream(\?|$)") {
    return (synth(404));
  }
  # What everyone may read is fetched once, and given to all who wait for it. By default, Varnish lets
  # every request with a key through.
  if (req.method == "GET" && req.url ~ "^(/s/[^/?]+)?/(state|state\.json|log)(\?|$)") {
    unset req.http.Cookie;
    return (hash);
  }
  # The viewer's files, and codes to type.
  return (pass);
}

sub vcl_backend_response {
  # An old state must not look like the present one.
  set beresp.grace = 0s;
  set beresp.keep = 0s;
  # By default, one viewer with a wrong key would let all viewers through for two minutes.
  if (beresp.status != 200) {
    set beresp.ttl = 1s;
    set beresp.uncacheable = true;
    return (deliver);
  }
}
