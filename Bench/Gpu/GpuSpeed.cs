using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using NativeSsl.Bench.Measure;
using NativeSsl.Kernels;

namespace NativeSsl.Bench.Gpu;

/// <summary>
/// The ops and steps on a GPU, beside PyTorch's if <c>gpu.py</c> has timed them on the same card. <c>Bench/gpu.sh</c> runs both.
/// </summary>
static class GpuSpeed
{
    const string NotMeasured = "not yet measured";

    public static void Run(string[] arguments)
    {
        if (arguments is ["first", var selector]) { First(selector); return; }
        if (arguments is ["kernels", var device, var part]) { KernelProfile.Print(device, part); return; }
        string? apart = arguments is ["groups" or "replays", ..] ? arguments[0] : null;
        bool small = arguments is ["opencl", ..];
        using GpuBackend gpu = small ? GpuBackend.OpenCl() : GpuBackend.Cuda();
        Dictionary<string, double> theirs = Theirs(arguments.Skip(1).FirstOrDefault(argument => argument.EndsWith(".json", StringComparison.Ordinal)));
        double seconds = arguments.Contains("--quick") || small ? 0.1 : 0.4;
        var report = new Report(apart ?? "gpu", apart switch { "groups" => $"{gpu.Name}: products by groups of warps", "replays" => $"{gpu.Name}: steps that are replayed", _ => gpu.Name }, Path.Combine(Folder(gpu.Name), "gpu.md"));
        report.Text((small ? "No GPU: the smallest sizes, to see that everything runs; times of a GPU are not yet measured. "
            : "Ours beside PyTorch on the same card, one program after the other; float32 on both sides, tf32 off, but where a row says otherwise: there ours rounds float32 factors, and PyTorch's bf16 factors are stored so (in whole steps, as autocast does it). ")
            + "Medians over bursts of calls from an idle device to an idle device, launches included; inputs drawn at random.");
        double bandwidth = apart is not null ? double.NaN : Copy(report, gpu, KernelRows.Copy(small), seconds);
        report.Head("row", "ours", "PyTorch", "ours / PyTorch", "ours", "goal");
        if (apart == "groups" && !gpu.HasWarpGroups) report.Row("products by groups of warps", NotMeasured, "", "", "not on this card", "");
        else Measure(report, gpu, apart switch { "groups" => KernelRows.OfWarpGroups(), "replays" => StepRows.Replayed(), _ => Rows(small) }, theirs, bandwidth, seconds, small);
        if (!gpu.HasTensorCores) report.Row("tf32 and bf16 products and attention", NotMeasured, "", "", "no tensor cores here", "");
        report.EndTable();
        report.Save("Bench/gpu.sh");
    }

    static void Measure(Report report, GpuBackend gpu, IEnumerable<GpuRow> rows, Dictionary<string, double> theirs, double bandwidth, double seconds, bool small)
    {
        double step = double.NaN;
        foreach (GpuRow row in rows)
        {
            double time;
            try { time = GpuTimer.Measure(gpu, row, seconds); }
            catch (NativeSslException failure)
            {
                report.Row(row.Name, "failed", "", "", failure.Message.Replace('|', '/'), "");
                continue;
            }
            finally
            {
                GC.Collect();                               // the inputs of the row before
                GC.WaitForPendingFinalizers();
            }
            if (row.Name == StepRows.SimClr) step = time;
            double their = row.Judge == Judge.Step ? step : theirs.GetValueOrDefault(row.Theirs, double.NaN);
            report.Row(row.Name, Report.Time(time), double.IsNaN(their) ? NotMeasured : Report.Time(their), double.IsNaN(their) ? "" : $"**{Report.Number(time / their)}**",
                Speed(row, time, bandwidth), Wanted(row));
            if (!small) Judged(report, row, time, their, bandwidth);
        }
    }

    /// <summary>Every row but the copy, and those of groups of warps.</summary>
    public static IEnumerable<GpuRow> Rows(bool small) => KernelRows.OfMemory(small).Concat(KernelRows.OfProducts(small)).Concat(StepRows.All(small));

    static double Copy(Report report, GpuBackend gpu, GpuRow copy, double seconds)
    {
        double time = GpuTimer.Measure(gpu, copy, seconds), bandwidth = copy.Work / time;
        report.Text(string.Create(CultureInfo.InvariantCulture, $"A copy of {copy.Work / 2 / (1 << 20):F0} MiB moves {bandwidth / 1e3:F0} GB/s, read and written."));
        return bandwidth;
    }

    static string Speed(GpuRow row, double time, double bandwidth)
    {
        double perSecond = 1e6 * row.Work / time;
        return row.Work == 0 ? "" : row.Judge == Judge.Bandwidth ? $"{Report.Number(perSecond / 1e9)} GB/s, {Report.Number(row.Work / time / bandwidth)} of a copy"
            : $"{Report.Number(perSecond / 1e12)} TFLOP/s";
    }

    static string Wanted(GpuRow row) => row.Judge switch
    {
        Judge.Bandwidth => $"≥ {Report.Number(row.Goal)} of a copy",
        Judge.Throughput => $"≥ {Report.Number(row.Goal)} of PyTorch's speed",
        Judge.Step => $"≤ {Report.Number(row.Goal)} of our step of SimCLR, in the third column",
        _ => $"≤ {Report.Number(row.Goal)} of PyTorch's time",
    };

    static void Judged(Report report, GpuRow row, double time, double their, double bandwidth)
    {
        if (row.Judge == Judge.Bandwidth) report.GoalAtLeast($"{row.Name}, share of a copy", row.Work / time / bandwidth, row.Goal);
        else if (double.IsNaN(their)) return;
        else if (row.Judge == Judge.Throughput) report.GoalAtLeast($"{row.Name}, share of PyTorch's speed", their / time, row.Goal);
        else report.Goal($"{row.Name}, against {(row.Judge == Judge.Step ? "our step of SimCLR" : "PyTorch")}", time / their, row.Goal);
    }

    // Microseconds by the names of rows.
    static Dictionary<string, double> Theirs(string? file) =>
        file is null || !File.Exists(file) ? [] : JsonSerializer.Deserialize<Dictionary<string, double>>(File.ReadAllText(file))!;

    // "NVIDIA H200" has its results in h200.
    static string Folder(string name) => name.Split(' ') is ["NVIDIA", var card, ..] ? card.ToLowerInvariant() : "pocl";

    // From the start of the process to the result of its first kernel.
    static void First(string selector)
    {
        using GpuBackend gpu = selector == "cuda" ? GpuBackend.Cuda() : GpuBackend.OpenCl();
        Tensor x = Tensor.Full(gpu, [1000], 0.5f), y = Tensor.Zeros(gpu, [1000]);
        gpu.Map<Gelu>(x, y);
        y.ToArray();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first kernel: {(DateTime.Now - Process.GetCurrentProcess().StartTime).TotalMilliseconds:F0} ms after the start of the process"));
    }
}
