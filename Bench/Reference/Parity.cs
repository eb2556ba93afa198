using NativeSsl.Bench.Measure;
using TorchSharp;

namespace NativeSsl.Bench.Reference;

/// <summary>Gradients of one backward pass and the losses of ten steps, ours and libtorch's side by side, for the sizes that are trained.</summary>
static class Parity
{
    public static void Run(string[] arguments)
    {
        Both.Begin(arguments);
        var report = new Report("parity", "Parity with libtorch");
        report.Text("The largest difference of any element of a parameter's gradient, relative to the largest of that gradient; the worst parameter. Losses: absolute.");
        report.Head("model", "gradients", "worst parameter", "ten losses");
        foreach (GptSize size in (GptSize[])[GptSize.Tiny, .. GptSize.Trained])
        {
            Gpt model = OurTraining.Model(size, Both.Ours);
            using var reference = new TorchGpt(size, model.NamedTensors());
            var theirs = new TorchTraining(size, reference, 10);
            theirs.Step(optimizer: false);
            new OurGradients(model, new SharedBatches(size, Both.Ours, 10)).Step();
            var (worst, difference) = model.NamedParameters().Select(parameter => (parameter.Name, Both.Difference(parameter.Tensor.Gradient.ToArray(), reference.Weights[parameter.Name].grad!)))
                .MaxBy(entry => entry.Item2);

            Gpt fresh = OurTraining.Model(size, Both.Ours);
            using var freshReference = new TorchGpt(size, fresh.NamedTensors());
            var ours = new OurTraining(size, fresh, new SharedBatches(size, Both.Ours, 10));
            var torchSteps = new TorchTraining(size, freshReference, 10);
            for (int step = 0; step < 10; step++) { ours.Step(); torchSteps.Step(); }
            double apart = ours.Losses.Zip(torchSteps.Losses, (a, b) => Math.Abs(a - b)).Max();
            report.Row(size.Name, $"{difference:E1}", worst, $"{apart:E1}");
            report.Goal($"gradients of {size.Name} against libtorch's, relative", difference, 1e-4);
            report.Goal($"ten losses of {size.Name} against libtorch's", apart, 1e-3);
        }
        foreach (ContrastiveSize size in (ContrastiveSize[])[ContrastiveSize.Tiny, .. ContrastiveSize.Trained]) Contrastive(report, size);
        report.EndTable();
        report.Save("dotnet run -c Release --project Bench -p:Libtorch=true -- parity");
    }

    static void Contrastive(Report report, ContrastiveSize size)
    {
        SimClr objective = size.NewObjective(Both.Ours);
        using var reference = new TorchSimClr(size, objective, channelsLast: true);
        new TorchContrastiveTraining(size, reference, 1, channelsLast: true).Step(optimizer: false);
        new OurContrastiveGradients(objective, new SharedImageViews(size, Both.Ours, 1)).Step();
        var (worst, difference) = objective.NamedParameters().Select(parameter =>
        {
            using TorchTensor gradient = TorchSimClr.InOurLayout(reference.Weights[parameter.Name].grad!);
            return (parameter.Name, Both.Difference(parameter.Tensor.Gradient.ToArray(), gradient));
        }).MaxBy(entry => entry.Item2);

        SimClr fresh = size.NewObjective(Both.Ours);
        using var freshReference = new TorchSimClr(size, fresh, channelsLast: true);
        var ours = new OurContrastiveTraining(fresh, new SharedImageViews(size, Both.Ours, 4));
        var theirs = new TorchContrastiveTraining(size, freshReference, 4, channelsLast: true);
        for (int step = 0; step < 10; step++) { ours.Step(); theirs.Step(); }
        double apart = ours.Losses.Zip(theirs.Losses, (a, b) => Math.Abs(a - b)).Max();
        report.Row(size.Name, $"{difference:E1}", worst, $"{apart:E1}");
        report.Goal($"gradients of {size.Name} against libtorch's, relative", difference, 1e-4);
        report.Goal($"ten losses of {size.Name} against libtorch's", apart, 1e-2);
    }
}
