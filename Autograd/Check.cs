namespace NativeSsl;

/// <summary>Checks of shapes whose messages finish the sentence.</summary>
static class Check
{
    /// <summary>Two lengths that must agree, for example the last axis of x and the length of gamma.</summary>
    public static void Same(string op, long left, string leftName, Shape leftShape, long right, string rightName, Shape rightShape)
    {
        if (left != right)
            throw new ShapeException($"{op}: {leftName} is {left} (shape {leftShape}) but {rightName} is {right} (shape {rightShape}).");
    }

    /// <summary>Two shapes that must be equal.</summary>
    public static void SameShape(string op, string leftName, Shape left, string rightName, Shape right)
    {
        if (left != right) throw new ShapeException($"{op}: {leftName} has shape {left} but {rightName} has shape {right}.");
    }

    /// <summary>A rank that an op asks for.</summary>
    public static void Rank(string op, string name, Shape shape, int atLeast, int atMost = Shape.MaxRank)
    {
        if (shape.Rank < atLeast || shape.Rank > atMost)
            throw new ShapeException($"{op}: {name} has shape {shape}, which has {shape.Rank} axes; " +
                $"{(atLeast == atMost ? $"{atLeast}" : $"{atLeast} to {atMost}")} are needed.");
    }

    /// <summary>Tensors that must live on the same device.</summary>
    public static void SameBackend(string op, Tensor left, Tensor right)
    {
        if (!ReferenceEquals(left.Backend, right.Backend))
            throw new DeviceException($"{op}: one tensor is on {left.Backend.Name}, the other on {right.Backend.Name}. " +
                "Move one with To(backend).");
    }

    /// <summary>An op without a slope refuses whoever would miss it, rather than let a gradient end here unseen.</summary>
    public static void NoGradient(string op, Tensor x)
    {
        if (Tape.IsRecording && x.RequiresGradient)
            throw new GradientException(
                $"{op}: x (shape {x.Shape}) asks for a gradient, but this op has none. " +
                "Call x.StopGradient() first.");
    }

    internal static Tensor Like(this Tensor x) => Tensor.Empty(x.Backend, x.Shape);
}
