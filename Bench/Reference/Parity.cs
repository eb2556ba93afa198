using NativeSsl.Bench.Measure;
using TorchSharp;

namespace NativeSsl.Bench.Reference;

/// <summary>Gradients of one backward pass and the losses of ten steps, ours and libtorch's side by side, for the sizes that are trained.</summary>
static class Parity
{
    const int TenSteps = 10;

    public static void Run(string[] arguments)
    {
        Both.Begin(arguments);
        var report = new Report("parity", "Parity with libtorch");
        report.Text("The largest difference of any element of a parameter's gradient, relative to the largest of that gradient; the worst parameter. Losses: absolute.");
        report.Head("model", "gradients", "worst parameter", "ten losses");
        foreach (GptSize size in (GptSize[])[GptSize.Tiny, .. GptSize.Trained])
            Text(report, size.Name, () =>
            {
                Gpt model = size.NewModel(Both.Ours);
                TorchGpt reference = new(size, model.NamedTensors());
                return (new NextToken(model), "model.", reference.Weights, reference.Training(TenSteps));
            }, size.Batches(Both.Ours, TenSteps));
        foreach (BertSize size in (BertSize[])[BertSize.Tiny, BertSize.Small with { Dropout = 0f }])
            Text(report, size.Name, () =>
            {
                Objective objective = size.NewObjective(Both.Ours);
                TorchBert reference = new(size, objective);
                return (objective, "", reference.Weights, reference.Training(TenSteps));
            }, size.Batches(Both.Ours, TenSteps));
        foreach (ContrastiveSize size in (ContrastiveSize[])[ContrastiveSize.Tiny, .. ContrastiveSize.Trained]) Contrastive(report, size);
        report.EndTable();
        report.Save("dotnet run -c Release --project Bench -p:Libtorch=true -- parity");
    }

    /// <summary>Both sides twice with the same first weights: a gradient, then ten steps.</summary>
    static void Text(Report report, string name, Func<(Objective Ours, string Prefix, IReadOnlyDictionary<string, TorchSharp.Modules.Parameter> Weights, TorchTraining Theirs)> start,
        IViewSource batches)
    {
        var (objective, prefix, weights, reference) = start();
        reference.Step(optimizer: false);
        new OurGradients(objective, batches, Both.Ours).Step();
        var (worst, difference) = objective.NamedParameters()
            .Select(parameter => (parameter.Name, Both.Difference(parameter.Tensor.Gradient.ToArray(), weights[parameter.Name[prefix.Length..]].grad!)))
            .MaxBy(entry => entry.Item2);

        var (fresh, _, _, theirs) = start();
        var ours = new OurTraining(fresh, batches, AdamSettings.Text);
        for (int step = 0; step < TenSteps; step++) { ours.Step(); theirs.Step(); }
        double apart = Apart(ours.Losses, theirs.Losses);
        report.Row(name, $"{difference:E1}", worst[prefix.Length..], $"{apart:E1}");
        report.Goal($"gradients of {name} against libtorch's, relative", difference, 1e-4);
        report.Goal($"ten losses of {name} against libtorch's", apart, 1e-3);
    }

    /// <summary>
    /// A deep network with batch norm carries rounding from layer to layer and makes it larger: two right answers differ in floats. So a third, libtorch's in doubles,
    /// is what both are held against.
    /// </summary>
    static void Contrastive(Report report, ContrastiveSize size)
    {
        SimClr objective = size.NewObjective(Both.Ours);
        using TorchSimClr floats = Differentiated(size, objective, torch.ScalarType.Float32), doubles = Differentiated(size, objective, torch.ScalarType.Float64);
        new OurGradients(objective, size.Batches(Both.Ours, 1), Both.Ours).Step();
        (string Name, double Ours, double Theirs)[] errors = [.. objective.NamedParameters().Select(parameter =>
        {
            using TorchTensor exact = Gradient(doubles, parameter.Name), theirs = Gradient(floats, parameter.Name);
            return (parameter.Name, Both.Difference(parameter.Tensor.Gradient.ToArray(), exact), Both.Difference(theirs.data<float>().ToArray(), exact));
        })];
        var worst = errors.MaxBy(entry => entry.Ours);
        double theirWorst = errors.Max(entry => entry.Theirs);

        SimClr fresh = size.NewObjective(Both.Ours);
        double[] exactLosses = Losses(size, fresh, torch.ScalarType.Float64), theirLosses = Losses(size, fresh, torch.ScalarType.Float32);
        var ours = new OurTraining(fresh, size.Batches(Both.Ours, 4), AdamSettings.Images);
        for (int step = 0; step < TenSteps; step++) ours.Step();
        double apart = Apart(ours.Losses, exactLosses), theirApart = Apart(theirLosses, exactLosses);
        report.Row(size.Name, $"{worst.Ours:E1} (libtorch's own {theirWorst:E1})", worst.Name, $"{apart:E1} (libtorch's own {theirApart:E1})");
        report.Goal($"gradients of {size.Name} against libtorch's in doubles, relative; or libtorch's own error", worst.Ours, Math.Max(1e-4, theirWorst));
        report.Goal($"ten losses of {size.Name} against libtorch's in doubles; or libtorch's own error", apart, Math.Max(1e-2, theirApart));
    }

    static double[] Losses(ContrastiveSize size, SimClr objective, torch.ScalarType precision)
    {
        using var reference = new TorchSimClr(size, objective, channelsLast: true, precision);
        var training = reference.Training(4);
        for (int step = 0; step < TenSteps; step++) training.Step();
        return training.Losses;
    }

    static double Apart(IReadOnlyList<double> losses, IReadOnlyList<double> exact) => losses.Zip(exact, (a, b) => Math.Abs(a - b)).Max();

    static TorchSimClr Differentiated(ContrastiveSize size, SimClr objective, torch.ScalarType precision)
    {
        var reference = new TorchSimClr(size, objective, channelsLast: true, precision);
        reference.Training(1).Step(optimizer: false);
        return reference;
    }

    static TorchTensor Gradient(TorchSimClr reference, string name) => TorchSimClr.InOurLayout(reference.Weights[name].grad!.to(torch.ScalarType.Float32));
}
