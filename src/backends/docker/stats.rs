//! From two samples of a container to what it uses, as `docker stats` reckons.

use bollard::models::{ContainerCpuStats, ContainerMemoryStats, ContainerStatsResponse};

/// What one container uses. What the engine does not tell is absent.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Usage {
    /// Cores: 1.0 is one core, fully used.
    pub(super) cpu: Option<f64>,
    /// Share of its limit, or of the machine where it has none.
    pub(super) memory: Option<f64>,
    /// Bytes, without what the kernel could drop at once.
    pub(super) memory_bytes: Option<f64>,
    /// Bytes received a second.
    pub(super) network_in: Option<f64>,
    /// Bytes sent a second.
    pub(super) network_out: Option<f64>,
}

/// What a container uses, by its last two samples; `None` for one that does not run (its samples are empty).
pub(super) fn usage(samples: &[ContainerStatsResponse]) -> Option<Usage> {
    let (last, before) = match samples {
        [before, last, ..] => (last, Some(before)),
        [last] => (last, None),
        [] => return None,
    };
    let memory = last.memory_stats.as_ref();
    memory?.usage?;
    let used = memory.and_then(used);
    let limit = memory.and_then(|memory| memory.limit).filter(|limit| *limit > 0);
    let (network_in, network_out) = before.and_then(|before| network(before, last)).unzip();
    let first = last.precpu_stats.as_ref().or(before.and_then(|before| before.cpu_stats.as_ref()));
    Some(Usage {
        cpu: first.zip(last.cpu_stats.as_ref()).and_then(|(first, second)| cpu(first, second)),
        memory: used.zip(limit).map(|(used, limit)| real(used) / real(limit)),
        memory_bytes: used.map(real),
        network_in,
        network_out,
    })
}

/// Its share of the machine's time between the samples, times the machine's cores.
fn cpu(first: &ContainerCpuStats, second: &ContainerCpuStats) -> Option<f64> {
    let total = |stats: &ContainerCpuStats| stats.cpu_usage.as_ref()?.total_usage;
    let own = total(second)?.checked_sub(total(first)?)?;
    let machine = second.system_cpu_usage?.checked_sub(first.system_cpu_usage?).filter(|time| *time > 0)?;
    let listed = second.cpu_usage.as_ref().and_then(|usage| usage.percpu_usage.as_ref()).map(Vec::len);
    let cores = second
        .online_cpus
        .filter(|cores| *cores > 0)
        .or(listed.and_then(|cores| u32::try_from(cores).ok()))?;
    Some(real(own) / real(machine) * f64::from(cores))
}

/// Without the inactive file cache: `inactive_file` on cgroup 2, `total_inactive_file` on cgroup 1.
fn used(memory: &ContainerMemoryStats) -> Option<u64> {
    let usage = memory.usage?;
    let cache = memory
        .stats
        .as_ref()
        .and_then(|stats| stats.get("total_inactive_file").or_else(|| stats.get("inactive_file")).copied());
    Some(cache.and_then(|cache| usage.checked_sub(cache)).unwrap_or(usage))
}

/// Bytes in and out a second, over all of its networks.
fn network(before: &ContainerStatsResponse, last: &ContainerStatsResponse) -> Option<(f64, f64)> {
    let sums = |sample: &ContainerStatsResponse| {
        let networks = sample.networks.as_ref()?.values();
        Some(networks.fold((0_u64, 0_u64), |(received, sent), network| {
            (received + network.rx_bytes.unwrap_or_default(), sent + network.tx_bytes.unwrap_or_default())
        }))
    };
    let ((in_before, out_before), (in_now, out_now)) = (sums(before)?, sums(last)?);
    let seconds = seconds(before, last)?;
    // A container that was started again counts from nothing.
    let rate = |from: u64, to: u64| Some(real(to.checked_sub(from)?) / seconds);
    Some((rate(in_before, in_now)?, rate(out_before, out_now)?))
}

/// The time between two samples.
fn seconds(before: &ContainerStatsResponse, last: &ContainerStatsResponse) -> Option<f64> {
    let read = |sample: &ContainerStatsResponse| {
        let text = sample.read.as_ref()?.to_string();
        text.parse::<jiff::Timestamp>().ok()
    };
    let span = read(last)?.duration_since(read(before)?).as_secs_f64();
    (span > 0.0).then_some(span)
}

/// Far below 2^53, or a ratio of large numbers whose last digits do not matter.
fn real(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn sample(second: u32, cpu: u64, received: u64) -> Value {
        json!({
            "read": format!("2026-01-15T03:00:{second:02}.000000000Z"),
            "cpu_stats": {"cpu_usage": {"total_usage": cpu}, "system_cpu_usage": u64::from(second) * 4_000, "online_cpus": 4},
            "precpu_stats": {"cpu_usage": {"total_usage": 0}},
            "memory_stats": {"usage": 900, "limit": 1_000, "stats": {"inactive_file": 100}},
            "networks": {"eth0": {"rx_bytes": received, "tx_bytes": 7}, "eth1": {"rx_bytes": 10, "tx_bytes": 3}},
        })
    }

    fn read(samples: Value) -> Option<Usage> {
        usage(&serde_json::from_value::<Vec<ContainerStatsResponse>>(samples).unwrap())
    }

    #[test]
    fn two_samples_tell_cores_memory_and_traffic() {
        let mut second = sample(12, 1_500, 2_000);
        second["precpu_stats"] = sample(10, 500, 0)["cpu_stats"].clone();
        let usage = read(json!([sample(10, 500, 1_000), second])).unwrap();
        assert_eq!(usage.cpu, Some(0.5), "1,000 of the machine's 8,000, of four cores");
        assert_eq!((usage.memory, usage.memory_bytes), (Some(0.8), Some(800.0)));
        assert_eq!((usage.network_in, usage.network_out), (Some(500.0), Some(0.0)));
    }

    #[test]
    fn one_sample_tells_memory_alone() {
        let usage = read(json!([sample(10, 500, 1_000)])).unwrap();
        assert_eq!((usage.cpu, usage.network_in, usage.memory), (None, None, Some(0.8)));
    }

    #[test]
    fn a_container_that_does_not_run_uses_nothing_that_is_known() {
        assert_eq!(read(json!([])), None);
        assert_eq!(read(json!([{"read": "0001-01-01T00:00:00Z", "memory_stats": {}}])), None);
    }

    #[test]
    fn counters_that_began_anew_are_no_negative_traffic() {
        let usage = read(json!([sample(10, 900, 5_000), sample(11, 100, 10)])).unwrap();
        assert_eq!((usage.cpu, usage.network_in), (None, None));
    }
}
