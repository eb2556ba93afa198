using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Reference;

/// <summary>Peak resident memory of training less that after start, each side in a process of its own.</summary>
static class Memory
{
    /// <summary>What is trained: so many steps, and how each side begins.</summary>
    sealed record Training(string Name, double Goal, int Steps, Func<Action> Ours, Func<Action> Theirs);

    static readonly Training[] All =
    [
        .. GptSize.Trained.Select(size => new Training(size.Name, Goal: 0.8, Steps: size == GptSize.NanoGpt ? 30 : 5,
            () => new OurTraining(new NextToken(size.NewModel(Both.Ours)), size.Batches(Both.Ours, 8), AdamSettings.Text).Step,
            () => Theirs(new TorchGpt(size).Training(8)))),
        .. ContrastiveSize.Trained.Select(size => new Training(size.Name, Goal: 0.9, Steps: 3,
            () => new OurTraining(size.NewObjective(Both.Ours), size.Batches(Both.Ours, 2), AdamSettings.Images).Step,
            () => Theirs(new TorchSimClr(size, size.NewObjective(Both.Ours), channelsLast: true).Training(2)))),
    ];

    static Action Theirs(TorchTraining training) => () => training.Step();

    public static void Run(string[] arguments)
    {
        if (arguments is ["child", var side, var index, ..])
        {
            Child(side == "ours", All[int.Parse(index, CultureInfo.InvariantCulture)]);
            return;
        }
        var report = new Report("memory", "Memory");
        report.Text("Peak resident memory of some training steps (30 of the smallest model, 3 to 5 of the others) less what the process held after its first tensor, in MiB; each side three "
            + "times in a process of its own, the median. Weights, gradients, moments and two to eight batches are part of it. libtorch's images are channels last.");
        report.Head("model", "ours", "libtorch", "ratio");
        for (int number = 0; number < All.Length; number++)
        {
            double Median(string side) => Statistics.Median([.. Enumerable.Range(0, 3).Select(_ => double.Parse(
                Self.Capture(["memory", "child", side, number.ToString(CultureInfo.InvariantCulture)]).Trim().Split('\n')[^1], CultureInfo.InvariantCulture))]);
            double ours = Median("ours"), theirs = Median("theirs");
            report.Row(All[number].Name, Report.Number(ours), Report.Number(theirs), $"**{Report.Number(ours / theirs)}**");
            report.Goal($"peak memory of training {All[number].Name}", ours / theirs, All[number].Goal);
        }
        report.EndTable();
        report.Save("dotnet run -c Release --project Bench -p:Libtorch=true -- memory");
    }

    static void Child(bool isOurs, Training training)
    {
        if (isOurs)
        {
            using var step = new Step(Both.Ours);
            Tensor.Full(Both.Ours, [16], 1f).Softmax();
        }
        else
        {
            Both.Begin([]);
            using TorchTensor x = TorchSharp.torch.ones(16);
            Functions.softmax(x, 0).Dispose();
        }
        double before = ResidentMebibytes.Restart();
        Action train = isOurs ? training.Ours() : training.Theirs();
        for (int i = 0; i < training.Steps; i++) train();
        Console.WriteLine((ResidentMebibytes.Peak - before).ToString(CultureInfo.InvariantCulture));
    }
}
