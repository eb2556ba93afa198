namespace NativeSsl;

/// <summary>A network between the features that are kept and the space where a loss compares them; thrown away after pretraining.</summary>
public abstract class ProjectionHead : Module
{
    /// <summary><c>[batch, features]</c> to <c>[batch, d]</c>.</summary>
    public abstract Tensor Forward(Tensor features);
}
