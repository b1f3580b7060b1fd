-- The inventory database of kakoi: a documented output, and what rules and reports read.
--
-- Conventions
--   *_ts            INTEGER, nanoseconds since 1970-01-01T00:00:00Z, of the capture
--   *_packet_id     the packet that proves the row; packet.packet_id
--   capture_id, link_id, packet_id …  derived from content, never from order of arrival
--   asset_id        readable and stable: 'mac-001d9cc813a1', 'ip-192.0.2.7', 'ip-192.0.2.7-v20'
--   vlan            NULL untagged; outer*4096+inner for stacked tags
--   booleans        INTEGER 0 or 1
--   confidence      INTEGER 0..100
-- The SQL here and in shipped rules stays within what PostgreSQL accepts too. kakoi gives it to SQLite with three changes:
-- BIGINT PRIMARY KEY becomes INTEGER PRIMARY KEY, BYTEA becomes BLOB, and where [without rowid] stands, rows are stored by
-- their key.

CREATE TABLE meta (          -- one row a fact about this database; no wall-clock time
  key TEXT PRIMARY KEY,      -- 'schema_version', 'kakoi_version', 'site', 'timezone', 'policy' ('declared' | 'inferred'), 'fingerprint_key' (a mark of the key, not the key)
  value TEXT NOT NULL
);

CREATE TABLE capture (       -- one file or interface
  capture_id TEXT PRIMARY KEY,        -- first 16 hex digits of sha256; of a live recording, of a hash of its source and its beginning
  source TEXT NOT NULL,               -- file name as given, without its folder; of a live recording 'host:interface'
  sha256 TEXT NOT NULL,               -- of the file; '' of a live recording
  format TEXT NOT NULL,
  link_types TEXT NOT NULL,           -- LINKTYPE_ numbers, comma-separated
  snaplen BIGINT NOT NULL,
  first_ts BIGINT, last_ts BIGINT,
  packets BIGINT NOT NULL, bytes BIGINT NOT NULL,  -- bytes: as on the wire
  truncated BIGINT NOT NULL,          -- packets cut by the snap length
  malformed BIGINT NOT NULL,
  undecoded BIGINT NOT NULL,          -- frames of kinds that are not read
  kernel_drops BIGINT,                -- NULL: the capture does not tell
  interface_drops BIGINT,
  duplicates BIGINT NOT NULL,         -- copies of all kinds; coverage has them apart (exact, VLAN, routed, PRP and HSR)
  file_bytes BIGINT NOT NULL,
  comment TEXT NOT NULL,
  filter TEXT NOT NULL,               -- that it was made with, as the file or the command line tells; '' where neither does
  paused_ns BIGINT NOT NULL,          -- between first_ts and last_ts, without a recording: nobody listened, or packets more than an hour apart
  error TEXT NOT NULL                 -- '' or why reading stopped early; with format '' it could not be read at all
);

CREATE TABLE part (          -- what one scan or live capture saw, for kakoi to merge; the other tables say the same readably
  part_id TEXT PRIMARY KEY,           -- first 16 hex digits of the state's SHA-256
  captures TEXT NOT NULL,             -- capture_ids, comma-separated, sorted
  last_ts BIGINT NOT NULL,
  state BYTEA NOT NULL                -- of one version of kakoi, undocumented
);

CREATE TABLE packet (        -- a cited packet; its octets are in the capture, and in evidence.pcapng if a finding cites it
  packet_id BIGINT PRIMARY KEY,
  capture_id TEXT NOT NULL REFERENCES capture,
  number BIGINT NOT NULL,             -- 1 = first, as Wireshark counts
  ts BIGINT NOT NULL
);

CREATE TABLE zone (           -- of the site policy, or inferred
  zone_id TEXT PRIMARY KEY, name TEXT NOT NULL,
  kind TEXT NOT NULL,                 -- 'ot' | 'it' | 'dmz' | 'safety' | 'wan'
  purdue_level REAL, closed INTEGER NOT NULL,
  source TEXT NOT NULL                -- 'declared' | 'inferred'
);

CREATE TABLE asset (         -- a device, as far as traffic tells
  asset_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,                 -- best name claim, else best address; never empty
  scope TEXT NOT NULL,                -- 'local' | 'remote' (behind a router) | 'internet' | 'multicast' | 'broadcast'
  role TEXT NOT NULL,                 -- 'plc' | 'rtu' | 'ied' | 'hmi' | 'ot_device' | 'gateway' | 'engineering_station' | 'scada_server' | 'historian' | 'router' | 'switch' | 'firewall' | 'server' | 'workstation' | 'printer' | 'camera' | 'mobile'; '' unknown
  role_reason TEXT NOT NULL,          -- '' or a short English phrase of fixed vocabulary
  purdue_level REAL,                  -- suggested; NULL unknown; 3.5 = DMZ
  zone_id TEXT REFERENCES zone,
  vendor TEXT NOT NULL, product TEXT NOT NULL, firmware TEXT NOT NULL, serial TEXT NOT NULL, os TEXT NOT NULL,  -- best claim or ''
  is_router INTEGER NOT NULL,         -- forwards for others (seen by their addresses behind its MAC)
  is_ot INTEGER NOT NULL,             -- speaks an OT protocol as either side
  is_it INTEGER NOT NULL,             -- speaks office protocols (web, mail, file sharing, name service …) as either side
  first_ts BIGINT NOT NULL, last_ts BIGINT NOT NULL,
  first_packet_id BIGINT NOT NULL REFERENCES packet
) /*[without rowid]*/;

CREATE TABLE address (       -- of an asset
  asset_id TEXT NOT NULL REFERENCES asset,
  kind TEXT NOT NULL,                 -- 'mac' | 'ipv4' | 'ipv6'
  value TEXT NOT NULL,                -- lower case, as to_string() writes it
  vlan INTEGER,
  bound_by TEXT NOT NULL,             -- 'arp reply' | 'arp request' | 'arp probe' | 'neighbour discovery' | 'dhcp' | 'frame source' | 'destination only' | 'ip only' | 'behind router' | 'tunnel' (on this side of one with the internet)
  is_public INTEGER NOT NULL,         -- a globally routable number
  is_squatted INTEGER NOT NULL,       -- public number, but lives on the segment
  first_ts BIGINT NOT NULL, last_ts BIGINT NOT NULL,
  packet_id BIGINT NOT NULL REFERENCES packet
);

CREATE TABLE attribute (     -- one claim about an asset
  asset_id TEXT NOT NULL REFERENCES asset,
  name TEXT NOT NULL,                 -- 'vendor' | 'product' | 'model' | 'firmware' | 'hardware' | 'serial' | 'name' | 'domain' | 'os' | 'software' | 'user_agent' | 'description' | 'location' | 'role' | 'account' | 'fingerprint' | 'management_address' | 'own_address' | 'same_identity' | 'local_mac' | 'also_mac'.
                                      -- management_address: by LLDP, CDP. own_address: of a network card, or where it is reached, by its own word. same_identity: value is an asset with the same key or number.
                                      -- local_mac: value is random, assigned, or the program that gives such MACs.
                                      -- also_mac: value is a MAC that is the same device's, method why
  value TEXT NOT NULL,
  method TEXT NOT NULL,               -- 'oui', 'modbus 43/14', 'dhcp option 12' …
  protocol TEXT NOT NULL,
  confidence INTEGER NOT NULL,
  count BIGINT NOT NULL,
  packet_id BIGINT NOT NULL REFERENCES packet
);

CREATE TABLE service (       -- a listening port that answered
  asset_id TEXT NOT NULL REFERENCES asset,
  address TEXT NOT NULL,
  transport TEXT NOT NULL,            -- 'tcp' | 'udp'
  port INTEGER NOT NULL,
  protocol TEXT NOT NULL,             -- by content; '' not recognised
  product TEXT NOT NULL, version TEXT NOT NULL,
  clients INTEGER NOT NULL,
  packet_id BIGINT NOT NULL REFERENCES packet
);

CREATE TABLE link (          -- client -> server, aggregated over client ports
  link_id BIGINT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES asset,
  server_id TEXT NOT NULL REFERENCES asset,
  client_address TEXT NOT NULL, server_address TEXT NOT NULL,
  transport TEXT NOT NULL,            -- 'tcp' | 'udp' | 'icmp' | 'ip' | 'ethernet'
  server_port INTEGER NOT NULL,       -- ip: protocol number; ethernet: EtherType, of LLC the SAP, of SNAP its number
  protocol TEXT NOT NULL,             -- by content; '' not recognised
  protocol_domain TEXT NOT NULL,      -- 'ot' | 'it' | 'shared' | '' not recognised
  vlan INTEGER,
  state TEXT NOT NULL,                -- 'established' | 'refused' | 'attempted' | 'one_way' | 'datagram'
  client_known INTEGER NOT NULL,      -- 0: who began was not seen, and the order of ports or addresses named the client
  connections BIGINT NOT NULL,
  packets_to_server BIGINT NOT NULL, bytes_to_server BIGINT NOT NULL,
  packets_to_client BIGINT NOT NULL, bytes_to_client BIGINT NOT NULL,
  payload_to_server BIGINT NOT NULL, payload_to_client BIGINT NOT NULL,  -- bytes above TCP/UDP
  ttl_to_server_min INTEGER, ttl_to_server_max INTEGER, ttl_to_client_min INTEGER, ttl_to_client_max INTEGER,
  retransmissions BIGINT NOT NULL, gaps BIGINT NOT NULL,
  first_ts BIGINT NOT NULL, last_ts BIGINT NOT NULL,
  first_packet_id BIGINT NOT NULL REFERENCES packet,
  last_packet_id BIGINT NOT NULL REFERENCES packet
);

CREATE TABLE operation (     -- messages of one kind over a link
  link_id BIGINT NOT NULL REFERENCES link,
  protocol TEXT NOT NULL,
  unit BIGINT, peer_unit BIGINT,      -- Modbus unit id, DNP3 link addresses, 104 common address
  function_code INTEGER NOT NULL,
  qualifier BIGINT,                   -- 104: cause; DNP3: NULL for the message, group*256+variation per object header
  function TEXT NOT NULL,             -- standard name
  class TEXT NOT NULL,
  asked_by_server INTEGER NOT NULL,   -- whose requests, and answers to them, are counted here: 1 in protocols whose peers both ask over one link
  from_client BIGINT NOT NULL, from_server BIGINT NOT NULL,  -- messages of this kind each way
  accepted BIGINT NOT NULL, refused BIGINT NOT NULL,         -- as the answers told (exception, negative confirmation, bad status)
  unanswered BIGINT NOT NULL,         -- requests without an answer, though the other side was heard
  first_ts BIGINT NOT NULL, last_ts BIGINT NOT NULL,
  first_packet_id BIGINT NOT NULL REFERENCES packet,
  last_packet_id BIGINT NOT NULL REFERENCES packet
);

CREATE VIEW request AS       -- operation, as seen by who asked
  select o.link_id, o.protocol, o.unit, o.peer_unit, o.function_code, o.qualifier, o.function, o.class,
         case when o.asked_by_server = 1 then l.server_id else l.client_id end as asker_id,
         case when o.asked_by_server = 1 then l.client_id else l.server_id end as asked_id,
         case when o.asked_by_server = 1 then o.from_server else o.from_client end as requests,
         case when o.asked_by_server = 1 then o.from_client else o.from_server end as answers,  -- of the same number
         case when l.transport = 'ethernet'                                        -- frames without IP: packets
              then case when o.asked_by_server = 1 then l.packets_to_server else l.packets_to_client end
              when o.asked_by_server = 1 then l.payload_to_server else l.payload_to_client end as payload_to_asker,
         1 - o.asked_by_server as by_client,  -- equals control_action.from_client
         o.accepted, o.refused, o.unanswered, o.first_ts, o.last_ts, o.first_packet_id, o.last_packet_id
  from operation o
    join link l on l.link_id = o.link_id;

CREATE TABLE point_range (   -- points that messages over a link addressed, as maximal runs
  link_id BIGINT NOT NULL REFERENCES link,
  protocol TEXT NOT NULL,
  unit BIGINT, peer_unit BIGINT,
  kind TEXT NOT NULL,                 -- 'coil', 'holding register', 'binary input', 'measured value, short float' …
  access TEXT NOT NULL,               -- an operation class: 'read', 'write', 'report', 'control' …
  first BIGINT NOT NULL, last BIGINT NOT NULL,
  first_packet_id BIGINT NOT NULL REFERENCES packet  -- the first that touched any point of this link, unit, kind and access
);

CREATE TABLE control_action (  -- commands and writes one by one: the earliest of each link; link_actions counts them all
  link_id BIGINT NOT NULL REFERENCES link,
  protocol TEXT NOT NULL,
  from_client INTEGER NOT NULL,       -- the link's client commanded
  unit BIGINT, peer_unit BIGINT,
  function_code INTEGER NOT NULL, function TEXT NOT NULL, class TEXT NOT NULL,
  point_kind TEXT NOT NULL,           -- '' = the device itself
  point BIGINT, points BIGINT NOT NULL,
  step TEXT NOT NULL,                 -- 'write', 'select', 'operate', 'direct operate', 'execute', 'cancel', 'start', 'stop' …
  value TEXT NOT NULL,
  outcome TEXT NOT NULL,              -- 'accepted' | 'refused' | 'unanswered' | '' not known
  status TEXT NOT NULL,               -- why it was refused, in the standard's words
  ts BIGINT NOT NULL,
  packet_id BIGINT NOT NULL REFERENCES packet,
  answer_packet_id BIGINT REFERENCES packet
);
CREATE TABLE link_actions (  -- of links with control actions
  link_id BIGINT PRIMARY KEY REFERENCES link,
  total BIGINT NOT NULL, listed BIGINT NOT NULL
);

CREATE TABLE name_lookup (
  link_id BIGINT NOT NULL REFERENCES link,   -- client asks server (resolver or multicast group)
  name TEXT NOT NULL, type INTEGER NOT NULL,
  is_public INTEGER NOT NULL,         -- a name of the public DNS (not .local, .lan, single label, reverse of private …)
  asked BIGINT NOT NULL, answered BIGINT NOT NULL, no_such_name BIGINT NOT NULL, failed BIGINT NOT NULL,
  addresses TEXT NOT NULL,            -- comma-separated, sorted
  packet_id BIGINT NOT NULL REFERENCES packet,        -- first question (or answer if none was seen)
  answer_packet_id BIGINT REFERENCES packet,
  first_ts BIGINT NOT NULL, last_ts BIGINT NOT NULL   -- of questions and answers
);

CREATE TABLE tls_session (
  link_id BIGINT NOT NULL REFERENCES link,
  version INTEGER, offered INTEGER, cipher INTEGER,   -- 769 = 0x0301 = TLS 1.0; NULL not seen
  server_name TEXT NOT NULL, alpn TEXT NOT NULL,
  subject TEXT NOT NULL, issuer TEXT NOT NULL, fingerprint TEXT NOT NULL,
  not_before_ts BIGINT, not_after_ts BIGINT,
  self_signed INTEGER NOT NULL,
  relayed INTEGER NOT NULL,           -- 1: agreed with another host, which the link's server, a proxy, passed it to
  count BIGINT NOT NULL,
  packet_id BIGINT NOT NULL REFERENCES packet,        -- that shows the last of it, mostly the certificate
  first_ts BIGINT NOT NULL, last_ts BIGINT NOT NULL,  -- of handshakes that agreed on this
  hello_packet_id BIGINT REFERENCES packet            -- with the ServerHello (version, cipher), if that is another
);

CREATE TABLE credential (    -- never the secret itself
  link_id BIGINT NOT NULL REFERENCES link,
  protocol TEXT NOT NULL, scheme TEXT NOT NULL,       -- 'http-basic', 'ftp', 'telnet', 'snmp-v1', 'snmp-v2c' …
  username TEXT NOT NULL,
  mask TEXT NOT NULL,                 -- asterisks, of a fixed length
  fingerprint TEXT NOT NULL,          -- keyed; equal for equal secrets; '' for an empty secret
  is_empty INTEGER NOT NULL,
  sent_by_server INTEGER NOT NULL,    -- 1: for the link's client, by its server; as in operation.asked_by_server
  outcome TEXT NOT NULL,              -- 'accepted' | 'rejected' | 'attempted', the strongest seen
  count BIGINT NOT NULL,
  packet_id BIGINT NOT NULL REFERENCES packet,        -- where it was sent
  outcome_packet_id BIGINT REFERENCES packet,         -- the answer that told
  first_ts BIGINT NOT NULL, last_ts BIGINT NOT NULL   -- of all times it was sent, and of answers
);

CREATE TABLE default_credential (   -- from rules/credentials, fingerprinted with the key of this database
  entry_id TEXT PRIMARY KEY,
  vendor TEXT NOT NULL, product TEXT NOT NULL,        -- '' = any ("weak" rather than "vendor default")
  scheme TEXT NOT NULL,               -- '' = any
  username TEXT NOT NULL,             -- '*' = any
  fingerprint TEXT NOT NULL,
  source TEXT NOT NULL
);

CREATE TABLE open_access (   -- a service that lets anybody in
  link_id BIGINT NOT NULL REFERENCES link,
  scheme TEXT NOT NULL,
  count BIGINT NOT NULL,
  packet_id BIGINT NOT NULL REFERENCES packet,
  first_ts BIGINT NOT NULL, last_ts BIGINT NOT NULL   -- when connections showed it
);

CREATE TABLE gateway (       -- signs of a way out of the segment
  asset_id TEXT REFERENCES asset,     -- the gateway, if it is known as an asset
  address TEXT NOT NULL,              -- of the gateway
  kind TEXT NOT NULL,                 -- 'dhcp_router' | 'router_advertisement' | 'icmp_redirect' | 'forwarding' | 'first_hop_redundancy' | 'routing_protocol' | 'configured'
  detail TEXT NOT NULL,
  announced_by TEXT REFERENCES asset, -- who said so; NULL for 'forwarding'
  vlan INTEGER,
  count BIGINT NOT NULL,              -- messages; 'forwarding': addresses seen behind it
  packet_id BIGINT NOT NULL REFERENCES packet,
  first_ts BIGINT NOT NULL, last_ts BIGINT NOT NULL   -- of the messages; 'forwarding': of what was forwarded
);

CREATE TABLE dhcp_lease (
  asset_id TEXT REFERENCES asset, server_id TEXT REFERENCES asset,
  client_mac TEXT NOT NULL, client_address TEXT NOT NULL, server_address TEXT NOT NULL,
  routers TEXT NOT NULL, resolvers TEXT NOT NULL, prefix_length INTEGER, domain TEXT NOT NULL,
  granted INTEGER NOT NULL, vlan INTEGER,
  packet_id BIGINT NOT NULL REFERENCES packet
);

CREATE TABLE anomaly (
  asset_id TEXT REFERENCES asset,
  link_id BIGINT REFERENCES link,
  protocol TEXT NOT NULL,
  kind TEXT NOT NULL,                 -- 'truncated' | 'bad_length' | 'bad_checksum' | 'bad_value' | 'lost_sync' | 'conflicting_overlap' | 'unknown_type' | 'sequence_break' | 'duplicate_ip' | 'relayed_ip' (detail: an address that the asset claims, and whose packets it sends with a lower TTL than another that sends from it)
  detail TEXT NOT NULL,
  count BIGINT NOT NULL,
  packet_id BIGINT NOT NULL REFERENCES packet
);

CREATE TABLE subnet (        -- ranges that hosts of a VLAN use, by DHCP mask, the mask that a device says it has (PROFINET DCP), policy or as the /24 (/64) around local addresses
  vlan INTEGER,
  cidr TEXT NOT NULL,
  source TEXT NOT NULL,               -- 'dhcp' | 'device' | 'policy' | 'inferred'
  hosts INTEGER NOT NULL,             -- local assets in it
  ot_hosts INTEGER NOT NULL, it_hosts INTEGER NOT NULL
);

CREATE TABLE asked_for (     -- addresses that were asked for (ARP, neighbour solicitation)
  asker_id TEXT REFERENCES asset,
  target TEXT NOT NULL, target_id TEXT REFERENCES asset,   -- NULL: never seen to exist
  vlan INTEGER, count BIGINT NOT NULL,
  packet_id BIGINT NOT NULL REFERENCES packet
);

-- The site policy as loaded, or zones as inferred (table zone).
CREATE TABLE zone_member (zone_id TEXT NOT NULL REFERENCES zone, asset_id TEXT NOT NULL REFERENCES asset, reason TEXT NOT NULL);
CREATE TABLE conduit (conduit_id TEXT PRIMARY KEY, from_zone TEXT NOT NULL, to_zone TEXT NOT NULL, protocols TEXT NOT NULL, classes TEXT NOT NULL);  -- '*' = any, else comma-separated with commas at both ends: ',modbus,dnp3,'
CREATE TABLE conduit_time (conduit_id TEXT NOT NULL REFERENCES conduit, from_minute INTEGER NOT NULL, to_minute INTEGER NOT NULL);  -- when it is meant to be used; a conduit without rows: always. Minutes since Monday 00:00 UTC, to_minute is past the last: (ts / 60000000000 + 4320) % 10080
CREATE TABLE declared_asset (    -- the asset register
  declared_id BIGINT PRIMARY KEY,     -- its place in the register, from 1
  name TEXT NOT NULL,
  address TEXT NOT NULL,              -- the first IP address, else the first MAC, else ''
  role TEXT NOT NULL, zone_id TEXT,
  vendor TEXT NOT NULL, product TEXT NOT NULL, firmware TEXT NOT NULL, serial TEXT NOT NULL, os TEXT NOT NULL,
  location TEXT NOT NULL, purpose TEXT NOT NULL,
  source TEXT NOT NULL                -- 'register.csv:12'; '' in site.yaml; 'site.yaml:40, register.csv:12' where both name it
);
CREATE TABLE declared_address (declared_id BIGINT NOT NULL REFERENCES declared_asset, position INTEGER NOT NULL, address TEXT NOT NULL);
CREATE TABLE register_match (    -- one row for each declared asset
  declared_id BIGINT PRIMARY KEY REFERENCES declared_asset,
  asset_id TEXT REFERENCES asset,     -- the first of register_device; NULL: not seen
  matched_by TEXT NOT NULL,           -- 'mac' | 'ip' | 'name', the first of them that leads to a device; '' not seen
  state TEXT NOT NULL                 -- 'seen' | 'differs' | 'not seen'
);
CREATE TABLE register_device (   -- every device that a declared asset is: several where its addresses are those of several network cards
  declared_id BIGINT NOT NULL REFERENCES declared_asset, asset_id TEXT NOT NULL REFERENCES asset
);
CREATE TABLE register_difference (  -- what the register says, and what the device says of itself
  declared_id BIGINT NOT NULL REFERENCES declared_asset, asset_id TEXT NOT NULL REFERENCES asset,
  field TEXT NOT NULL,                -- 'mac' | 'ip' | 'vendor' | 'product' | 'firmware' | 'serial' | 'os'
  declared TEXT NOT NULL, observed TEXT NOT NULL,
  packet_id BIGINT NOT NULL REFERENCES packet
);
CREATE TABLE allowed_external (name TEXT NOT NULL, cidr TEXT NOT NULL, protocol TEXT NOT NULL, port INTEGER);
CREATE TABLE allowed_external_member (asset_id TEXT NOT NULL REFERENCES asset, name TEXT NOT NULL);  -- assets of scope internet that allowed_external covers
CREATE TABLE allowed_role (asset_id TEXT NOT NULL REFERENCES asset, role TEXT NOT NULL);  -- 'gateway', 'resolver', 'time_server', 'jump_host', 'master' as declared
CREATE TABLE acceptance (rule_id TEXT NOT NULL, fingerprint TEXT NOT NULL, reason TEXT NOT NULL, approver TEXT NOT NULL, expires_ts BIGINT);
CREATE TABLE allowed_address (address TEXT NOT NULL, role TEXT NOT NULL);  -- as allowed_role, by address: also for hosts that were never seen to send
CREATE TABLE address_range (  -- around each unicast IP address of local and remote assets, seen or an own_address, for rules that speak of ranges
  address TEXT PRIMARY KEY,
  cidr TEXT NOT NULL,                 -- the narrowest row of `subnet` that holds it, else its /24 (/64); of a public number always the /24 (/64)
  is_private INTEGER NOT NULL,        -- RFC 1918, RFC 4193
  declared INTEGER                    -- the policy names it; NULL: the policy names no ranges at all
) /*[without rowid]*/;
CREATE TABLE declared_criticality (   -- how much depends on a zone's devices, or on one device, as the policy says
  kind TEXT NOT NULL,                 -- 'zone' | 'asset'
  subject_id TEXT NOT NULL,           -- zone_id or asset_id
  criticality TEXT NOT NULL           -- 'critical' | 'high' | 'medium' | 'low'
);
CREATE TABLE policy_change (subject TEXT NOT NULL, field TEXT NOT NULL, observed TEXT);  -- what the policy overwrote, to be put back before the next assessment

-- Security advisories that were given (CSAF 2.0), compared with what devices say of themselves (docs/advisories.md).
CREATE TABLE advisory (
  advisory_id TEXT PRIMARY KEY,       -- as its publisher numbers it, 'ICSA-17-033-01'
  title TEXT NOT NULL, publisher TEXT NOT NULL,
  revised TEXT NOT NULL,              -- date of this release, 'YYYY-MM-DD'
  url TEXT NOT NULL,                  -- of a page for people, or ''
  file TEXT NOT NULL
);
CREATE TABLE advisory_match (         -- a device that an advisory names: a row per vulnerability
  advisory_id TEXT NOT NULL REFERENCES advisory,
  asset_id TEXT NOT NULL REFERENCES asset,
  certainty TEXT NOT NULL,            -- 'in-range' | 'all-versions' | 'version-unseen' (not seen, or not comparable) | 'under-investigation' | 'perhaps' (the product is not told exactly)
  vulnerability TEXT NOT NULL,        -- CVE, else its title
  cvss REAL,                          -- base score, of the newest version of CVSS that the advisory gives
  severity TEXT NOT NULL,             -- CVSS's word for the score; 'medium' without one
  product TEXT NOT NULL, versions TEXT NOT NULL,  -- as the advisory writes them
  device TEXT NOT NULL, firmware TEXT NOT NULL,   -- as the device writes them; firmware '' not seen
  vendor_by TEXT NOT NULL,            -- 'device' says who made it | 'mac': the maker of its network card
  remedy TEXT NOT NULL,               -- the advisory's words, of at most 500 octets
  product_packet_id BIGINT NOT NULL REFERENCES packet,
  firmware_packet_id BIGINT REFERENCES packet,
  vendor_packet_id BIGINT NOT NULL REFERENCES packet
);

CREATE TABLE finding (
  finding_id TEXT PRIMARY KEY,        -- fingerprint: 16 hex digits of SHA-256 over rule id and subject key; stable across runs
  rule_id TEXT NOT NULL,
  family TEXT NOT NULL,
  severity TEXT NOT NULL,             -- 'critical' | 'high' | 'medium' | 'low' | 'info'
  confidence INTEGER NOT NULL,
  subject_id TEXT NOT NULL,           -- asset_id, zone_id or vlan the finding is about
  peer_id TEXT NOT NULL,              -- the other asset, or ''
  title_en TEXT NOT NULL, title_ja TEXT NOT NULL,
  detail_en TEXT NOT NULL, detail_ja TEXT NOT NULL,
  zones_inferred INTEGER NOT NULL,    -- the finding leans on inferred zones
  accepted INTEGER NOT NULL,
  acceptance_reason TEXT NOT NULL,    -- 'reason (approver, ≤ last day)'; with accepted 0: of an acceptance that has ended
  first_ts BIGINT, last_ts BIGINT,
  exposure_class TEXT NOT NULL,       -- one of 32 kinds of exposure; verdict_check says which controls it bears on
  attack_ics TEXT NOT NULL            -- MITRE ATT&CK for ICS technique, 'T0883', or ''
);
CREATE TABLE finding_packet (finding_id TEXT NOT NULL REFERENCES finding, position INTEGER NOT NULL, packet_id BIGINT NOT NULL REFERENCES packet);
CREATE TABLE finding_asset (finding_id TEXT NOT NULL REFERENCES finding, asset_id TEXT NOT NULL REFERENCES asset, position INTEGER NOT NULL);

CREATE TABLE evaluated_rule (         -- the rules that were run, findings or not: kakoi diff has to know what was looked for
  rule_id TEXT PRIMARY KEY,
  exposure_class TEXT NOT NULL,       -- as finding.exposure_class
  query TEXT NOT NULL                 -- as it was run
);

-- Risk scores of findings, apart from verdicts (docs/risk.md). Factors are per cent, so that
--   score = severity_factor * confidence_factor * exposure_factor * criticality_factor / 1000000
-- rounded half up to one decimal.
CREATE TABLE reach (         -- how far each device of the site is from where an attack begins, over the links that were observed
  asset_id TEXT PRIMARY KEY REFERENCES asset,
  hops_outside INTEGER,               -- sessions between it and an address of the internet or a host of a WAN zone; NULL: no such path was observed
  next_outside TEXT REFERENCES asset, -- its neighbour on a shortest such path, the first by id
  hops_it INTEGER,                    -- sessions between it and a host of an IT zone, 0 for such a host itself; NULL as above
  next_it TEXT REFERENCES asset,
  exposure_factor INTEGER NOT NULL,
  criticality TEXT NOT NULL,          -- 'critical' | 'high' | 'medium' | 'low'
  criticality_source TEXT NOT NULL,   -- 'declared asset' | 'declared zone' | inferred: 'zone kind' | 'role' | 'level' | 'protocols' | 'unknown'
  criticality_factor INTEGER NOT NULL
);
CREATE TABLE risk (
  finding_id TEXT PRIMARY KEY REFERENCES finding,
  score REAL NOT NULL,                -- 0 to 100
  severity_factor INTEGER NOT NULL, confidence_factor INTEGER NOT NULL,
  exposure_factor INTEGER NOT NULL, criticality_factor INTEGER NOT NULL,
  asset_id TEXT REFERENCES asset      -- whose row of reach gave the last two: of the devices that the finding names, the one of the largest product; NULL if it names none
);

-- Verdicts on controls: what the captures prove, apart from severity and risk (rules/verdict).
CREATE TABLE framework (
  framework TEXT PRIMARY KEY,         -- 'jp-toitsu-kijun', 'csf-2.0' …
  name_en TEXT NOT NULL, name_ja TEXT NOT NULL, version TEXT NOT NULL, publisher TEXT NOT NULL,
  total BIGINT,                       -- controls that it has in all; NULL not known. Those without a verdict cannot be judged by traffic
  unit_en TEXT NOT NULL, unit_ja TEXT NOT NULL,
  judged BIGINT NOT NULL,             -- rows of verdict
  unconfirmed BIGINT NOT NULL,        -- left out: their number or title could not be confirmed
  licence_en TEXT NOT NULL, licence_ja TEXT NOT NULL,  -- of the framework's own text
  note_en TEXT NOT NULL, note_ja TEXT NOT NULL  -- how it was counted, what differs between its editions
);
CREATE TABLE framework_source (       -- where numbers and titles were read
  framework TEXT NOT NULL REFERENCES framework,
  source TEXT NOT NULL,               -- as verdict.source names it
  text_en TEXT NOT NULL, text_ja TEXT NOT NULL
);
CREATE TABLE verdict (
  framework TEXT NOT NULL REFERENCES framework, control TEXT NOT NULL,
  verdict TEXT NOT NULL,              -- 'not_met' | 'partly' | 'supported' | 'not_observable'
  reason TEXT NOT NULL, reason_ja TEXT NOT NULL,
  title TEXT NOT NULL,                -- as its publisher writes it
  status TEXT NOT NULL,               -- 'confirmed' | 'confirmed-secondary': where number and title were read
  topic_en TEXT NOT NULL, topic_ja TEXT NOT NULL,
  observable_en TEXT NOT NULL, observable_ja TEXT NOT NULL,  -- what traffic can and cannot show of it
  position INTEGER NOT NULL,          -- within the framework
  detail_en TEXT NOT NULL, detail_ja TEXT NOT NULL,  -- baseline, maturity level, law … or ''
  source TEXT NOT NULL,               -- comma-separated: of framework_source, or words
  PRIMARY KEY (framework, control)
);
CREATE TABLE verdict_check (          -- why: the exposure classes that bear on the control
  framework TEXT NOT NULL, control TEXT NOT NULL,
  exposure_class TEXT NOT NULL,       -- as finding.exposure_class
  direction TEXT NOT NULL,            -- 'against' | 'supports'
  strength TEXT NOT NULL,             -- 'strong' | 'moderate' | 'weak', of the class for this control
  rationale_en TEXT NOT NULL, rationale_ja TEXT NOT NULL,
  state TEXT NOT NULL,                -- 'against' | 'hint' | 'accepted' | 'clear' | 'not_in_view' | 'no_rule' | 'supports' | 'nothing' | 'undetermined' (found, and not shown to be about what the control speaks of)
  findings BIGINT NOT NULL, accepted BIGINT NOT NULL
);
CREATE TABLE requirement (            -- what must have been in view before silence says anything
  requirement TEXT PRIMARY KEY,
  met INTEGER NOT NULL, measured TEXT NOT NULL,
  missing_en TEXT NOT NULL, missing_ja TEXT NOT NULL,  -- said where it is not met
  change_en TEXT NOT NULL, change_ja TEXT NOT NULL     -- what to capture or declare
);
CREATE TABLE contract (exposure_class TEXT NOT NULL, requirement TEXT NOT NULL REFERENCES requirement);

CREATE TABLE coverage (      -- what the captures could show (docs/coverage.md)
  metric TEXT PRIMARY KEY,            -- 'one_way_share', 'unseen_share', 'duplicate_share' …: stable codes
  value REAL,                         -- NULL: nothing there to be measured, or not told
  level TEXT NOT NULL,                -- 'blind' | 'limited' | 'unknown' | 'ok' | 'info': a figure, not judged
  detail TEXT NOT NULL,
  meaning_en TEXT NOT NULL, meaning_ja TEXT NOT NULL,  -- '' where the level says all
  advice_en TEXT NOT NULL, advice_ja TEXT NOT NULL     -- what to change at the mirror port
);

CREATE INDEX address_asset ON address(asset_id);
CREATE INDEX address_value ON address(value);
CREATE INDEX attribute_asset ON attribute(asset_id, name);
CREATE INDEX service_asset ON service(asset_id);
CREATE INDEX link_client ON link(client_id);
CREATE INDEX link_server ON link(server_id);
CREATE INDEX operation_link ON operation(link_id);
CREATE INDEX point_range_link ON point_range(link_id);
CREATE INDEX control_action_link ON control_action(link_id);
CREATE INDEX name_lookup_link ON name_lookup(link_id);
CREATE INDEX tls_session_link ON tls_session(link_id);
CREATE INDEX credential_link ON credential(link_id);
CREATE INDEX open_access_link ON open_access(link_id);
CREATE INDEX gateway_asset ON gateway(asset_id);
CREATE INDEX dhcp_lease_server ON dhcp_lease(server_id);
CREATE INDEX zone_member_asset ON zone_member(asset_id);
CREATE INDEX conduit_zones ON conduit(from_zone, to_zone);
CREATE INDEX conduit_time_conduit ON conduit_time(conduit_id);
CREATE INDEX declared_asset_address ON declared_asset(address);
CREATE INDEX declared_address_declared ON declared_address(declared_id);
CREATE INDEX declared_address_address ON declared_address(address);
CREATE INDEX register_device_declared ON register_device(declared_id);
CREATE INDEX register_device_asset ON register_device(asset_id);
CREATE INDEX register_difference_declared ON register_difference(declared_id);
CREATE INDEX allowed_external_member_asset ON allowed_external_member(asset_id);
CREATE INDEX allowed_role_asset ON allowed_role(asset_id);
CREATE INDEX policy_change_subject ON policy_change(subject, field);
CREATE INDEX allowed_address_address ON allowed_address(address);
CREATE INDEX advisory_match_asset ON advisory_match(asset_id);
CREATE INDEX finding_packet_finding ON finding_packet(finding_id);
CREATE INDEX finding_asset_finding ON finding_asset(finding_id);
CREATE INDEX finding_asset_asset ON finding_asset(asset_id);
CREATE INDEX verdict_check_control ON verdict_check(framework, control);
