namespace NativeSsl;

/// <summary>
/// A teacher that follows its student slowly: θ′ ← m θ′ + (1 − m) θ. Tarvainen &amp; Valpola 2017, “Mean teachers are better role models”,
/// equation 2; Grill et al. 2020, “Bootstrap your own latent”, equation 1. It is never trained: its tensors ask for no gradient.
/// </summary>
public sealed class Momentum
{
    readonly MovingAverage _average;

    /// <summary>Begins the teacher as a copy of the student.</summary>
    /// <param name="student">Trained elsewhere.</param>
    /// <param name="teacher">Of the same architecture, built with an <see cref="Init"/> that does not train.</param>
    /// <exception cref="ShapeException">The two are not of the same architecture.</exception>
    public Momentum(Module student, Module teacher)
    {
        teacher.CopyFrom(student.NamedTensors());
        Dictionary<string, Tensor> own = teacher.NamedTensors().ToDictionary(entry => entry.Name, entry => entry.Tensor);
        _average = new MovingAverage(student.NamedTensors().Select(entry => (entry.Tensor, own[entry.Name])));
    }

    /// <summary>Moves the teacher towards the student.</summary>
    /// <param name="momentum">m, how much of the teacher stays, <c>[1]</c>: a <see cref="ScheduledNumber"/>, for example.</param>
    public void Follow(Tensor momentum) => _average.Follow(momentum);
}
