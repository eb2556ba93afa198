using System.Text.Json;
using System.Text.Json.Serialization;

namespace NativeSsl.Bench.Measure;

/// <summary>
/// What the runs of a study have measured, kept in a file until the section is written: a study that was stopped is begun again by the same command, which goes on behind the last run that was done.
/// What another commit or another machine has measured is not taken up, nor what uncommitted sources have.
/// </summary>
/// <param name="section">The study's section.</param>
/// <param name="load">What else the machine does, from the study's begin.</param>
sealed class DoneRuns(string section, OtherLoad load)
{
    sealed record Run(double[] Figures, double Seconds, double? Flops, long Seen);

    sealed record Kept(string Origin, int Parts, double Seconds, double BusySeconds, Dictionary<string, Run> Runs);

    static readonly JsonSerializerOptions Options = new() { WriteIndented = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    static readonly string Origin = $"{Machine.Commit}, {Machine.Description}";

    readonly string _file = FileOf(section);
    readonly HashSet<string> _asked = [];
    readonly Kept _earlier = Read(FileOf(section)) ?? new(Origin, 0, 0, 0, []);

    /// <summary>In how many parts the study was done, the seconds of all of them, and the cores busy with other work meanwhile.</summary>
    public (int Parts, double Seconds, double Cores) Taken
    {
        get
        {
            double now = load.Seconds, all = _earlier.Seconds + now;
            return (_earlier.Parts + 1, all, (_earlier.BusySeconds + now * load.Cores) / all);
        }
    }

    /// <summary>The figures and the cost of a run: kept ones, or those of the run itself, which are kept from then on.</summary>
    /// <param name="name">Its name, which no other run of the study has.</param>
    /// <param name="run">What is run.</param>
    public (double[] Figures, Cost Cost) Of(string name, Func<(double[] Figures, Cost Cost)> run)
    {
        if (!_asked.Add(name)) throw new NativeSslException($"DoneRuns: two runs of the study {section} have the name {name}.");
        if (_earlier.Runs.TryGetValue(name, out Run? done)) return (done.Figures, new(done.Seconds, done.Flops, done.Seen));
        var (figures, cost) = run();
        _earlier.Runs.Add(name, new(figures, cost.Seconds, cost.Flops, cost.SamplesSeen));
        if (!Machine.Commit.EndsWith('+')) Write();
        return (figures, cost);
    }

    /// <summary>The section is written: the next time all is run anew.</summary>
    public void Forget() => File.Delete(_file);

    static string FileOf(string section) => Path.Combine(Machine.Root, "artifacts", "studies", section + ".json");

    static Kept? Read(string file)
    {
        if (!File.Exists(file) || JsonSerializer.Deserialize<Kept>(File.ReadAllText(file), Options) is not { } kept || kept.Origin != Origin) return null;
        Console.WriteLine($"{file}: {kept.Runs.Count} runs are done already; delete it to run them anew.");
        return kept;
    }

    // Whole or not at all: the study may be stopped in the middle of it.
    void Write()
    {
        (int parts, double seconds, double cores) = Taken;
        Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
        File.WriteAllText(_file + ".new", JsonSerializer.Serialize(_earlier with { Parts = parts, Seconds = seconds, BusySeconds = seconds * cores }, Options));
        File.Move(_file + ".new", _file, overwrite: true);
    }
}
