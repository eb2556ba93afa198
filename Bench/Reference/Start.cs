using System.Diagnostics;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Reference;

/// <summary>From the start of a process to its first generated token: ours compiled ahead of time and just in time, and TorchSharp's.</summary>
static class Start
{
    const int Runs = 15;

    public static void Run(string[] arguments)
    {
        if (arguments is ["child", ..])
        {
            Both.Begin([]);
            using var reference = new TorchGpt(GptSize.NanoGpt);
            Console.WriteLine(reference.Next(1, new TorchGpt.Cache(GptSize.NanoGpt)));
            return;
        }
        var report = new Report("start", "Start");
        report.Text($"From starting the process to reading its first token, {GptSize.NanoGpt.Name} with weights drawn at random; {Runs} runs of each in turn, medians in ms. "
            + "`Bench/Start` is the program of ours; libtorch's side is TorchSharp in this program, with nothing else loaded.");
        var programs = new List<(string Name, ProcessStartInfo Program)>();
        if (Publish("aot", "-p:PublishAot=true") is { } ahead) programs.Add(("ours, ahead of time (NativeAOT)", ahead));
        else report.Text("NativeAOT could not be published here (it needs a C linker): no row for it.");
        if (Publish("jit", "-p:PublishAot=false") is { } justInTime) programs.Add(("ours, just in time", justInTime));
        programs.Add(("libtorch by TorchSharp", Self.Describe(["start", "child"], new Dictionary<string, string> { ["DOTNET_TieredCompilation"] = "1" })));
        List<double>[] times = [.. programs.Select(_ => new List<double>())];
        for (int run = 0; run <= Runs; run++)
            for (int i = 0; i < programs.Count; i++)
                if (FirstLine(programs[i].Program) is var milliseconds && run > 0) times[i].Add(milliseconds);     // the first run warms the disk's cache
        report.Head("program", "median", "p10", "size on disk, MB");
        for (int i = 0; i < programs.Count; i++)
            report.Row(programs[i].Name, $"{Statistics.Median(times[i]):F0}", $"{Statistics.Quantile(times[i], 0.1):F0}", $"{SizeOnDisk(programs[i].Program):F1}");
        report.EndTable();
        for (int i = 0; i < programs.Count - 1; i++) report.Goal($"start to first token, {programs[i].Name}, of TorchSharp's", Statistics.Median(times[i]) / Statistics.Median(times[^1]), 1);
        if (programs.Count == 3) report.Goal("start to first token ahead of time, ms", Statistics.Median(times[0]), 100);
        report.Save("dotnet run -c Release --project Bench -p:Libtorch=true -- start");
    }

    static ProcessStartInfo? Publish(string flavour, string property)
    {
        string output = Path.Combine(Machine.Root, "artifacts", "start", flavour);
        var dotnet = new ProcessStartInfo("dotnet", ["publish", Path.Combine(Machine.Root, "Bench", "Start"), "-c", "Release", "-o", output, property, $"-p:ArtifactsPath={output}-build", "-v", "q", "-nologo",
            .. LinkerOf(flavour)]) { RedirectStandardOutput = true };
        using Process process = Process.Start(dotnet)!;
        string log = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) Console.WriteLine(log);
        return process.ExitCode == 0 ? new ProcessStartInfo(Path.Combine(output, "NativeSsl.Start")) : null;
    }

    // The SDK asks for clang; gcc links as well.
    static string[] LinkerOf(string flavour) => flavour == "aot" && !OnPath("clang") && OnPath("gcc") ? ["-p:CppCompilerAndLinker=gcc"] : [];

    static bool OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    static double FirstLine(ProcessStartInfo program)
    {
        program.RedirectStandardOutput = true;
        long start = Stopwatch.GetTimestamp();
        using Process process = Process.Start(program)!;
        string? token = process.StandardOutput.ReadLine();
        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        process.WaitForExit();
        return token is not null && process.ExitCode == 0 ? milliseconds : throw new InvalidOperationException($"{program.FileName} ended with {process.ExitCode} and no token.");
    }

    static double SizeOnDisk(ProcessStartInfo program) => new DirectoryInfo(Path.GetDirectoryName(program.FileName)!).EnumerateFiles("*", SearchOption.AllDirectories)
        .Where(file => file.Extension is not (".pdb" or ".xml" or ".dbg")).Sum(file => file.Length) / 1e6;
}
